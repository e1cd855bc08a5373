/** Computers that run no agent of their own: who has them, and what an agent that was killed has left there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { DriverError } from '#agent/host/errors.ts';
import { type FarTools, farTools } from '#test/contract/site/far-shells.ts';
import { desiredMachine, newHostId } from './desired-machine.ts';
import { openSshBench, type SshBench } from './ssh-bench.ts';
import { findSshd, type SshServer, startSshServer } from './ssh-server.ts';

const sshd = await findSshd();
const signal = new AbortController().signal;
let server: SshServer;
let tools: FarTools;
let bench: SshBench;

beforeAll(async () => {
  tools = await farTools('/bin/sh');
  if (sshd) server = await startSshServer(sshd, tools.path);
});
beforeEach(async context => {
  if (!sshd) context.skip('needs sshd, the server of OpenSSH');
  await server.start();
  bench = await openSshBench(server, { proxy: true });
});
afterEach(() => bench?.close());
afterAll(async () => {
  await server?.close();
  await tools.remove();
});

const wanted = () => desiredMachine({ driver: 'ssh', mode: 'proxy' });
const withOne = (changes: object = {}) =>
  bench.reopen({ computers: [{ ...bench.computerOf('one'), ...changes }] });
const leaseOf = (name: string) => join(bench.home, name, 'lease');

async function failureOf(promise: Promise<unknown>): Promise<DriverError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof DriverError) return error;
  throw error ?? new Error('it was expected to fail');
}

/** Runs there, under no agent: what one that was killed has begun. */
async function leaveBehind(name: string, machine: string): Promise<number> {
  const attempt = join(bench.home, name, 'attempts/attempt_1');
  await mkdir(join(attempt, 'checkout'), { recursive: true });
  const child = spawn('sleep', ['600'], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env.PATH ?? '', PADDOCK_PROXIED: machine },
  });
  await once(child, 'spawn');
  child.unref();
  return child.pid ?? 0;
}
const isAlive = (pid: number) => existsSync(`/proc/${pid}/cwd`);

test('destroying a machine ends what its agent has left there, and removes its files', async () => {
  await withOne();
  const machine = wanted();
  await bench.driver.create(machine, signal);
  const pid = await leaveBehind('one', machine.id);
  await bench.driver.destroy(machine.id, signal);
  expect([isAlive(pid), await bench.leftOvers()]).toEqual([false, []]);
});

test('a machine whose computer is off stays until that can be cleared', async () => {
  await withOne();
  const machine = wanted();
  await bench.driver.create(machine, signal);
  const pid = await leaveBehind('one', machine.id);
  await server.stop();
  const { isTransient, message } = await failureOf(bench.driver.destroy(machine.id, signal));
  expect([isTransient, message]).toEqual([true, expect.stringMatching(/^one/)]);
  expect(isAlive(pid)).toBe(true);
  await server.start();
  await bench.driver.destroy(machine.id, signal);
  expect([isAlive(pid), await bench.leftOvers()]).toEqual([false, []]);
});

test('a computer that another host has is not touched, until the time of that machine is up', async () => {
  await withOne();
  const [other, foreign] = [newHostId(), wanted().id];
  const pid = await leaveBehind('one', foreign);
  await writeFile(leaseOf('one'), `${other} ${foreign} ${Date.now() + 60_000}\n`);
  const { message, isTransient } = await failureOf(bench.driver.create(wanted(), signal));
  expect(message).toContain(`${other} has a machine on one; a computer belongs to one host`);
  expect([isTransient, isAlive(pid)]).toEqual([true, true]);
  await writeFile(leaseOf('one'), `${other} ${foreign} ${Date.now() - 1}\n`);
  const machine = wanted();
  await withOne();
  for (const { id } of await bench.driver.list(signal)) await bench.driver.destroy(id, signal);
  await bench.driver.create(machine, signal);
  expect(await readFile(leaseOf('one'), 'utf8')).toContain(machine.id);
  expect(isAlive(pid)).toBe(false);
});

test('what a machine of this host has left, of which it knows nothing any more, is cleared first', async () => {
  await withOne();
  const forgotten = wanted().id;
  const pid = await leaveBehind('one', forgotten);
  await writeFile(leaseOf('one'), `${bench.owner} ${forgotten} ${Date.now() + 60_000}\n`);
  await bench.driver.create(wanted(), signal);
  expect([isAlive(pid), existsSync(join(bench.home, 'one/attempts'))]).toEqual([false, false]);
});

test('a computer that lacks what the agent needs there is named, with what it lacks', async () => {
  const few = join(bench.home, 'few');
  await mkdir(few);
  const bare = await startSshServer(sshd ?? '', few);
  try {
    const { port, hostKey, key } = bare;
    await withOne({ port, hostKey, key });
    const without = await failureOf(bench.driver.create(wanted(), signal));
    expect([without.isTransient, without.message]).toEqual([
      ...[false, expect.stringMatching(/one: \/bin\/sh there does not read a program from its input: .*cat/)],
    ]);
    for (const tool of ['cat', 'chmod', 'env', 'mkdir', 'uname'])
      await symlink(join(tools.path, tool), join(few, tool));
    const { message, isTransient } = await failureOf(bench.driver.create(wanted(), signal));
    expect(message).toMatch(
      /one lacks programs that have to be on the PATH of \S+ there: awk, find, grep, mkfifo/,
    );
    expect(isTransient).toBe(false);
  } finally {
    await bare.close();
  }
});

test.each([
  [
    'an image that brings its agent',
    'installed',
    true,
    /one runs no agent; write `agent: \{ mode: proxy \}`/,
  ],
  ['an image of mode proxy', 'proxy', false, /one runs agents of its own; write `proxy: true` under one/],
] as const)('%s does not go on a computer of the other kind', async (_, mode, proxy, message) => {
  await withOne({ proxy });
  expect(
    (await failureOf(bench.driver.create(desiredMachine({ driver: 'ssh', mode }), signal))).message,
  ).toMatch(message);
});

test('the key of the computer is named, and in no file of a machine', async () => {
  await withOne();
  await bench.driver.create(wanted(), signal);
  const text = await readFile(join(bench.home, 'proxied/one/computer.json'), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ name: 'one', key: server.key, hostKey: server.hostKey });
  expect(text).not.toContain('PRIVATE KEY');
});
