/** The agent that is run is the one that was sent, byte for byte, or none is. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAgentFiles } from '#agent/host/drivers/agent-files.ts';
import { checkedStart, damagedAgentExit, sha256Of } from '#agent/host/drivers/checked-start.ts';
import { newMachineId } from '#test/contract/driver/desired-machine.ts';

const agent = Buffer.from(
  `console.log(JSON.stringify([__filename, process.argv[1], typeof require('node:fs').read, process.argv[2]]));`,
);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-checked-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function start(arrived: Uint8Array, ...args: string[]) {
  await writeFile(join(directory, 'agent.cjs'), arrived);
  await writeFile(join(directory, 'guest.cjs'), checkedStart(sha256Of(agent)));
  return execa(process.execPath, [join(directory, 'guest.cjs'), ...args], { reject: false });
}

test('the one that was sent is run as if Node had been told to', async () => {
  const { stdout, exitCode } = await start(agent, 'word');
  const file = join(directory, 'agent.cjs');
  expect([JSON.parse(stdout), exitCode]).toEqual([[file, file, 'function', 'word'], 0]);
});

test.each([
  ['cut short', agent.subarray(0, -1)],
  ['of which nothing arrived', Buffer.of()],
  ['with something behind it', Buffer.concat([agent, Buffer.from('console.log("more")')])],
])('one that is %s is not begun', async (_, arrived) => {
  const { stdout, stderr, exitCode } = await start(arrived);
  expect([stdout, exitCode]).toEqual(['', damagedAgentExit]);
  expect(stderr).toContain(`SHA-256 ${sha256Of(arrived)}, sent ${sha256Of(agent)}`);
});

test('what is no digest does not get into the program', () => {
  expect(() => checkedStart(`${'0'.repeat(63)}'`)).toThrow(/is not a SHA-256/);
});

test('the digest is the one of the build, where it has left its record', async () => {
  const bundle = join(directory, 'guest.cjs');
  const parts = { bundle, believed: null };
  await writeFile(bundle, agent.subarray(1));
  expect((await readAgentFiles(parts, newMachineId())).sha256).toBe(sha256Of(agent.subarray(1)));
  await writeFile(`${bundle}.json`, JSON.stringify({ sha256: sha256Of(agent), inputs: [] }));
  expect((await readAgentFiles(parts, newMachineId())).sha256).toBe(sha256Of(agent));
});
