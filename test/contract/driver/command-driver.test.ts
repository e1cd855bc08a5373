import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCommandDriver } from '#agent/host/drivers/command/command-driver.ts';
import { DriverError } from '#agent/host/errors.ts';
import { until } from '#test/support/until.ts';
import { type CommandBench, openCommandBench } from './command-bench.ts';
import { desiredMachine } from './desired-machine.ts';
import { describeDriver } from './driver-contract.ts';

describeDriver('command', openCommandBench);

describe('commands that do what they should not', () => {
  let bench: CommandBench;
  const signal = new AbortController().signal;
  const machine = desiredMachine({ driver: 'command' });
  beforeEach(async () => {
    bench = await openCommandBench();
  });
  afterEach(() => bench.close());

  /** Replaces one of the commands by a shell script. */
  async function script(name: string, ...lines: string[]): Promise<void> {
    const path = join(bench.directory, name);
    await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'));
    await chmod(path, 0o755);
  }
  const failureOf = (call: Promise<unknown>): Promise<DriverError> =>
    call.then(
      () => Promise.reject(new Error('it was expected to fail')),
      error => error,
    );

  test.each([
    [75, true],
    [1, false],
    [64, false],
  ])('exit code %i: trying again may help: %s, and the reason is what it said last', async (code, may) => {
    await script('create', 'echo first >&2', 'echo the region is full >&2', `exit ${code}`);
    const error = await failureOf(bench.driver.create(machine, signal));
    expect(error).toBeInstanceOf(DriverError);
    expect(error.message).toBe(`\`create\` ended with exit code ${code}: first / the region is full`);
    expect(error.isTransient).toBe(may);
    expect(await bench.driver.list(signal)).toMatchObject([{ id: machine.id, state: 'dead' }]);
  });

  test('a flood on standard error is a reason of bounded length', async () => {
    await script(
      'create',
      'i=0; while [ $i -lt 3000 ]; do echo "line $i of a flood" >&2; i=$((i+1)); done',
      'exit 1',
    );
    const { message } = await failureOf(bench.driver.create(machine, signal));
    expect(message).toContain('line 2999 of a flood');
    expect(message.length).toBeLessThan(600);
  });

  test('a flood on standard output is ended, with all that makes it', async () => {
    await script('list', 'yes | cat');
    await expect(bench.driver.list(signal)).rejects.toThrow('printed more than');
  });

  test.each([
    ['no JSON', 'echo hello', /line 1 .* not JSON: hello/],
    ['no machine', 'echo {}', /line 1 .*id: .*owner: /],
  ])('a list with %s is no list', async (_, line, message) => {
    await script('list', line);
    await expect(bench.driver.list(signal)).rejects.toThrow(message);
  });

  test('a list that fails is no empty list', async () => {
    await script('list', 'echo the cloud does not answer >&2', 'exit 75');
    expect(await failureOf(bench.driver.list(signal))).toMatchObject({
      message: expect.stringContaining('the cloud does not answer'),
      isTransient: true,
    });
  });

  test('an aborted command ends with its children, though they ignore TERM', async () => {
    await script(
      'create',
      "(trap '' TERM; echo $$ > pid; while :; do sleep 0.1; done) &",
      "trap '' TERM",
      'wait; wait; sleep 600',
    );
    const abort = new AbortController();
    const creation = bench.driver.create(machine, abort.signal);
    const pid = await until('it runs', () => readFile(join(bench.directory, 'pid'), 'utf8').catch(() => ''));
    const since = performance.now();
    abort.abort(new Error('no longer wanted'));
    await expect(creation).rejects.toThrow('no longer wanted');
    expect(performance.now() - since).toBeLessThan(2_000);
    await until('its processes are gone', () => !groupExists(Number(pid)), { timeoutMs: 2_000 });
  });

  test('a command that has left something running with its outputs has ended all the same', async () => {
    await script('list', 'setsid sleep 5 &');
    const since = performance.now();
    expect(await bench.driver.list(signal)).toEqual([]);
    expect(performance.now() - since).toBeLessThan(4_000);
  });

  test('the ticket comes by standard input alone, and nothing of the host in the environment', async () => {
    await script('create', 'cat > request', 'env > environment', 'echo "$@" > arguments');
    await script('list', ':');
    await bench.driver.create(machine, signal);
    const text = (name: string) => readFile(join(bench.directory, name), 'utf8');
    expect(JSON.parse(await text('request'))).toMatchObject({
      ...{ v: 1, id: machine.id, owner: bench.owner, expiresAt: machine.expiresAt, ticket: machine.ticket },
      image: { name: 'here' },
      environment: { PADDOCK_MACHINE: machine.id, PADDOCK_ENROL_URL: machine.enrolUrl },
    });
    const names = (await text('environment')).split('\n').flatMap(line => line.split('=')[0] || []);
    expect(names.filter(name => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name)).sort()).toEqual([
      'HOME',
      'LANG',
      'PATH',
    ]);
    expect(await text('environment')).not.toContain(machine.ticket);
    expect(await text('arguments')).toBe('\n');
  });

  test('an answer that takes long is asked for less often', async () => {
    await script('list', 'echo >> calls', 'sleep 0.5');
    await script('create', ':');
    bench.driver.watch(() => undefined);
    await bench.driver.create(machine, signal);
    const calls = async () => (await readFile(join(bench.directory, 'calls'), 'utf8')).length;
    const since = performance.now();
    await until('it was asked four times', async () => (await calls()) >= 4, { timeoutMs: 15_000 });
    expect(performance.now() - since).toBeGreaterThan(4_000);
  });

  test('a machine that runs without our having noted it is listed as ours, and can be destroyed', async () => {
    const unnoted = desiredMachine({ driver: 'command' });
    await bench.driver.create(unnoted, signal);
    const other = await openCommandDriver({ ...bench.parts, machines: `${bench.parts.machines}-new` });
    expect(await other.list(signal)).toMatchObject([
      { id: unnoted.id, owner: bench.owner, state: 'running' },
    ]);
    await other.destroy(unnoted.id, signal);
    expect(await other.list(signal)).toEqual([]);
    await other.close();
  });
});

function groupExists(leader: number): boolean {
  try {
    return process.kill(-leader, 0);
  } catch {
    return false; // nobody is left to signal
  }
}

test('a directory without its commands is refused at the start, with all that is missing', async () => {
  const bench = await openCommandBench();
  try {
    await chmod(join(bench.directory, 'destroy'), 0o644);
    const nowhere = openCommandDriver({ ...bench.parts, directory: join(bench.directory, 'none') });
    await expect(nowhere).rejects.toThrow(/create cannot be found[\s\S]*list cannot be found/);
    await expect(openCommandDriver(bench.parts)).rejects.toThrow('destroy may not be executed; chmod +x it');
  } finally {
    await bench.close();
  }
});
