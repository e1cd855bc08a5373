/** What the ssh driver does when computers and connections do what they do in real life. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { failureOf } from '#agent/host/drivers/ssh/outpost/service.ts';
import { DriverError } from '#agent/host/errors.ts';
import { freePort } from '#test/support/fleet/free-port.ts';
import { until } from '#test/support/until.ts';
import { desiredMachine } from './desired-machine.ts';
import { processesOf } from './process-bench.ts';
import { openSshBench, type SshBench } from './ssh-bench.ts';
import { findSshd, type SshServer, startSshServer } from './ssh-server.ts';

const sshd = await findSshd();
const signal = new AbortController().signal;
let server: SshServer;
let bench: SshBench;

beforeAll(async () => {
  if (sshd) server = await startSshServer(sshd);
});
beforeEach(async context => {
  if (!sshd) context.skip('needs sshd, the server of OpenSSH');
  await server.start();
  bench = await openSshBench(server);
});
afterEach(() => bench?.close());
afterAll(() => server?.close());

async function created() {
  const machine = desiredMachine({ driver: 'ssh' });
  await bench.driver.create(machine, signal);
  return machine;
}

async function failureWhenCreating(): Promise<DriverError> {
  const error = await created().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof DriverError) return error;
  throw error ?? new Error('it was expected to fail');
}

const outpostPid = async (computer: string): Promise<number> =>
  JSON.parse(await readFile(join(bench.home, computer, 'outpost.json'), 'utf8')).pid;

const exists = (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    text => !text.includes(') Z '),
    () => false,
  );

describe('a computer that cannot be used says what to do', () => {
  const withOne = (changes: object) =>
    bench.reopen({ computers: [{ ...bench.computerOf('one'), ...changes }] });

  test('one whose host key nobody has vouched for is not connected to; the key it shows is told', async () => {
    await withOne({ hostKey: null });
    const { message, isTransient } = await failureWhenCreating();
    expect(message).toMatch(
      /one shows a host key that nobody has vouched for \(SHA256:[\w+/]{43}\)\. Nothing was sent/,
    );
    expect(message).toContain(`write \`host-key: ${server.hostKey}\` under one in computers.yaml`);
    expect(isTransient).toBe(false);
  });

  test('one with another host key than the known one is not connected to', async () => {
    const [kind, key = ''] = server.hostKey.split(' ');
    await withOne({ hostKey: `${kind} ${key.slice(0, -4)}AAAA` });
    expect((await failureWhenCreating()).message).toContain('another host key than the one that is known');
  });

  test('one without Node', async () => {
    await withOne({ node: '/nowhere/node' });
    const { message, isTransient } = await failureWhenCreating();
    expect(message).toMatch(
      /one has no program `\/nowhere\/node` for \S+; install Node 18 or newer there, or write/,
    );
    expect(isTransient).toBe(false);
  });

  test('one that does not know the key of this host', async () => {
    await withOne({ key: join(server.key, '../host-key') });
    const { message, isTransient } = await failureWhenCreating();
    expect(message).toMatch(/one does not let \S+ in with the key .*authorized_keys there/);
    expect(isTransient).toBe(false);
  });

  test('one that is off, which may pass', async () => {
    const port = await freePort();
    await withOne({ port });
    const { message, isTransient } = await failureWhenCreating();
    expect(message).toMatch(
      new RegExp(`one does not answer at 127.0.0.1:${port} .*ECONNREFUSED.*is it off\\?`),
    );
    expect(isTransient).toBe(true);
  });

  test('none that is the image', async () => {
    await withOne({ images: ['another'] });
    expect((await failureWhenCreating()).message).toBe('no computer of this host is the image here');
  });
});

test('a computer that is off does not stand in the way of the others', async () => {
  const off = { ...bench.computerOf('off'), port: await freePort() };
  await bench.reopen({ computers: [off, bench.computerOf('two')] });
  const { id } = await created();
  expect(await bench.driver.list(signal)).toMatchObject([{ id, state: 'running' }]);
  await bench.driver.destroy(id, signal);
});

test('a computer has one machine at a time, and who waits is told which', async () => {
  const [one, two, three] = [await created(), await created(), await created()];
  const { message, isTransient } = await failureWhenCreating();
  for (const { id } of [one, two, three]) expect(message).toContain(`is taken by ${id}`);
  expect(isTransient).toBe(true);
  await bench.driver.destroy(two.id, signal);
  await created();
});

test('three creations at the same time take three computers', async () => {
  await Promise.all([created(), created(), created()]);
  for (const name of ['one', 'two', 'three'])
    expect(await readdir(join(bench.home, name, 'machines'))).toHaveLength(1);
});

test('the ticket is in a file that only its user may read, and in no command line', async () => {
  const machine = await created();
  const [pid = 0] = await processesOf(machine.id);
  const file = join(bench.home, 'one', 'machines', machine.id, 'ticket');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  for (const name of ['cmdline', 'environ'])
    expect(await readFile(`/proc/${pid}/${name}`, 'utf8')).not.toContain(machine.ticket);
});

test('machines go on while their computer cannot be reached, and are found again', async () => {
  const { id } = await created();
  const before = await processesOf(id);
  await server.stop();
  await until('the loss is noticed', () =>
    bench.driver.destroy(id, signal).then(
      () => false,
      error => /connection was lost|does not answer/.test(error.message) && error.isTransient,
    ),
  );
  expect(await bench.driver.list(signal)).toMatchObject([{ id, state: 'running' }]);
  expect(await processesOf(id)).toEqual(before);
  const next = await bench.restart();
  expect(await next.list(signal)).toMatchObject([{ id, state: 'running' }]);
  await server.start();
  await until('it can be destroyed', () =>
    next.destroy(id, signal).then(
      () => true,
      () => false,
    ),
  );
  expect(await bench.leftOvers()).toEqual([]);
});

test('a death while nobody could be asked is noticed when the computer answers again', async () => {
  const { id } = await created();
  await server.stop();
  await bench.crash(id);
  await server.start();
  await until('it is found dead', async () => (await bench.driver.list(signal))[0]?.state === 'dead');
  await bench.driver.destroy(id, signal);
  expect(await bench.leftOvers()).toEqual([]);
});

test('a connection that is cut in the middle of a creation leaves what destroying clears', async () => {
  await bench.reopen({ computers: [bench.computerOf('one')] });
  const machine = desiredMachine({ driver: 'ssh' });
  const outpost = await outpostPid('one');
  const creation = bench.driver.create(machine, signal).catch((error: DriverError) => error);
  const machines = join(bench.home, 'one', 'machines');
  await until('it is being made', async () => (await readdir(machines)).length > 0, { everyMs: 1 });
  process.kill(outpost, 'SIGSTOP');
  await server.cut();
  // Its answer may have been on its way already: then it has been created.
  const error = await creation;
  if (error) expect(error).toMatchObject({ isTransient: true, message: expect.stringContaining('was lost') });
  expect(await bench.driver.list(signal)).toMatchObject([
    { id: machine.id, state: error ? 'dead' : 'running' },
  ]);
  await bench.driver.destroy(machine.id, signal);
  expect(await bench.leftOvers()).toEqual([]);
});

test('a call that nobody answers ends when the connection does', async () => {
  const { id } = await created();
  process.kill(await outpostPid('one'), 'SIGSTOP');
  const destruction = bench.driver.destroy(id, signal).catch((error: DriverError) => error);
  await server.cut();
  expect(await destruction).toMatchObject({
    isTransient: true,
    message: expect.stringContaining('was lost'),
  });
  await bench.driver.destroy(id, signal);
  expect(await bench.leftOvers()).toEqual([]);
});

test('an outpost whose connection was lost without its noticing is ended by the next one', async () => {
  const { id } = await created();
  const before = await outpostPid('one');
  process.kill(before, 'SIGSTOP');
  const next = await bench.restart();
  expect(await next.list(signal)).toMatchObject([{ id, state: 'running' }]);
  expect(await outpostPid('one')).not.toBe(before);
  expect(await exists(before)).toBe(false);
});

test('nothing but machines is left on a computer when the host lets go of it', async () => {
  await created();
  const pids = await Promise.all(['one', 'two', 'three'].map(outpostPid));
  await bench.driver.close();
  for (const pid of pids) await until(`the outpost ${pid} has ended`, async () => !(await exists(pid)));
});

test('a machine of a computer that is no longer configured is dead, and let go of when it has expired', async () => {
  const { id } = await created();
  const next = await bench.reopen({ computers: [bench.computerOf('two')] });
  expect(await next.list(signal)).toMatchObject([
    { id, state: 'dead', reason: expect.stringContaining('one') },
  ]);
  await expect(next.destroy(id, signal)).rejects.toThrow('write it there again, or wait');
});

test('a full disk is told as one, and may pass', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(failureOf(full)).toMatchObject({
    isTransient: true,
    message: expect.stringMatching(/^its disk is full/),
  });
});
