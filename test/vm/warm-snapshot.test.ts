import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imageManifest } from '#shared/image-manifest.ts';
import type { DesiredMachine } from '#shared/messages.ts';
import { desiredMachine } from '#test/contract/driver/desired-machine.ts';
import { until } from '#test/support/until.ts';
import { builtImage } from './built-image.ts';
import { debianImage } from './debian-image.ts';
import { type LibvirtBench, openLibvirtBench } from './libvirt-bench.ts';
import { type LibvirtSession, openLibvirtSession } from './libvirt-session.ts';

const minute = 60_000;
const signal = new AbortController().signal;
const bundle = fileURLToPath(new URL('./programs/drawing-agent.cjs', import.meta.url));
let session: LibvirtSession;
let bench: LibvirtBench;

beforeAll(async () => {
  session = await openLibvirtSession();
  bench = await openLibvirtBench(session, { files: await builtImage(), bundle });
}, 3 * minute);
afterAll(async () => {
  await bench.close();
  await session.close();
});

async function warmMachine(): Promise<DesiredMachine> {
  const wish = desiredMachine({ driver: 'libvirt' });
  const { disk, boot, machine, ...rest } = await debianImage();
  const image = imageManifest.parse({
    ...rest,
    machine,
    disk: { ...wish.image.disk, format: 'qcow2' },
    boot: {
      ...boot,
      kernel: wish.image.boot.kernel,
      initrd: wish.image.boot.initrd,
      'command-line': `${boot?.['command-line']} paddock.show-random`,
      warm: 'snapshot',
    },
  });
  return { ...wish, image };
}

/** What the machine has said once its agent has: of the console, the words behind each heading. */
async function wordsOf({ id }: DesiredMachine): Promise<Record<string, string>> {
  const text = async () => Buffer.from((await bench.driver.evidence(id)) ?? []).toString();
  await until('its agent has drawn', async () => (await text()).includes('time: '), { timeoutMs: minute });
  const told = [
    ...(await text()).matchAll(/(random before the seed|random after the seed|drawn|time): (.*)/g),
  ];
  return Object.fromEntries(told.map(([, heading, words]) => [heading, words?.trim()]));
}

test('clones of one snapshot draw different random bytes in the kernel and in Node, and know the time', {
  timeout: 6 * minute,
}, async () => {
  const machines = [await warmMachine(), await warmMachine()];
  for (const machine of machines) await bench.driver.create(machine, signal);
  const [one, other] = await Promise.all(machines.map(wordsOf));
  const now = Date.now();
  expect(await readdir(join(bench.directory, 'host/snapshots'))).toHaveLength(1);
  for (const heading of ['random after the seed', 'drawn']) {
    expect(one?.[heading]).toMatch(/^[0-9a-f]{16}/);
    expect(one?.[heading]).not.toBe(other?.[heading]);
  }
  for (const words of [one, other]) expect(Math.abs(Number(words?.time) - now)).toBeLessThan(minute);
  console.log(`before the seed: ${one?.['random before the seed']} and ${other?.['random before the seed']}`);
  for (const { id } of machines) await bench.driver.destroy(id, signal);
  expect(await bench.leftOvers()).toEqual([]);
});
