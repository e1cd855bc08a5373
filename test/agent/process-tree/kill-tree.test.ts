import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, test, vi } from 'vitest';
import { ProcessTableError } from '#agent/process-tree/errors.ts';
import { killMarked, killTree } from '#agent/process-tree/kill-tree.ts';
import type { ProcessTable } from '#agent/process-tree/process-table.ts';
import { createProcfsTable } from '#agent/process-tree/procfs-table.ts';
import { createPsTable } from '#agent/process-tree/ps-table.ts';
import { until } from '#test/support/until.ts';

const programs = resolve(import.meta.dirname, '../../programs');
const table = createProcfsTable();

const start = (marker: string, name: string, ...args: string[]): ChildProcess =>
  spawn('sh', [`${programs}/${name}.sh`, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: '/usr/bin:/bin', PADDOCK_MACHINE: marker },
  });

const newMarker = () => `kill-${randomUUID()}`;
const marked = async (marker: string) => (await table.read(marker)).filter(row => row.isMarked);

const leaderOf = (child: ChildProcess) => ({
  pid: child.pid ?? 0,
  startedAt: table.startOf(child.pid ?? 0),
  isRunning: () => child.exitCode === null && child.signalCode === null,
});

test('only what started since then is looked at for the mark, when the caller knows that', async () => {
  const marker = newMarker();
  const child = start(marker, 'forever');
  const { startedAt } = leaderOf(child);
  const exited = once(child, 'exit');
  expect(await killMarked({ table, marker, graceMs: 0, since: Number.POSITIVE_INFINITY })).toEqual([]);
  expect((await marked(marker)).length).toBeGreaterThan(0);
  expect(await killMarked({ table, marker, graceMs: 0, since: startedAt })).toEqual([]);
  await exited;
  expect(await marked(marker)).toEqual([]);
});

test('everything that carries the mark is killed, and nothing else', async () => {
  const [marker, otherMarker] = [newMarker(), newMarker()];
  const other = start(otherMarker, 'forever');
  const orphans = start(marker, 'forks-orphan');
  await once(orphans, 'exit');
  const deaf = start(marker, 'ignores-sigterm');
  await once(deaf.stdout ?? deaf, 'data');
  expect((await marked(marker)).length).toBeGreaterThanOrEqual(2);
  expect(await killMarked({ table, marker, graceMs: 50 })).toEqual([]);
  expect(await marked(marker)).toEqual([]);
  expect(other.exitCode).toBeNull();
  expect(await killMarked({ table, marker: otherMarker, graceMs: 0 })).toEqual([]);
});

test('what ends at TERM within the grace is not killed', async () => {
  const marker = newMarker();
  const child = start(marker, 'cleans-up-on-term');
  await once(child.stdout ?? child, 'data');
  const exited = once(child, 'exit');
  expect(await killMarked({ table, marker, graceMs: 10_000 })).toEqual([]);
  expect(await exited).toEqual([3, null]);
});

test('a process that is never there when one looks is caught', async () => {
  const marker = newMarker();
  const child = start(marker, 'flees', '3000');
  const leader = leaderOf(child);
  await once(child, 'exit');
  expect(await killTree({ table, marker, graceMs: 0, leader })).toEqual([]);
  expect(await marked(marker)).toEqual([]);
});

test('nobody to kill is done at once', async () => {
  expect(await killMarked({ table, marker: newMarker(), graceMs: 10_000 })).toEqual([]);
});

test('a mark that proves nothing is refused', async () => {
  await expect(killMarked({ table, marker: '', graceMs: 0 })).rejects.toThrow('too short');
});

test('the group of a running leader is killed even while no list of processes can be had', async () => {
  const marker = newMarker();
  const child = start(marker, 'forever');
  const exited = once(child, 'exit');
  const read = vi.fn(table.read).mockRejectedValueOnce(new ProcessTableError('ps', new Error('EAGAIN')));
  expect(await killTree({ table: { ...table, read }, marker, graceMs: 0, leader: leaderOf(child) })).toEqual(
    [],
  );
  expect(await exited).toEqual([null, 'SIGKILL']);
  expect(read.mock.calls.length).toBeGreaterThan(1);
});

test('a list that cannot be had during the grace does not spare anybody', async () => {
  const marker = newMarker();
  const child = start(marker, 'ignores-sigterm');
  await once(child.stdout ?? child, 'data');
  const exited = once(child, 'exit');
  const until = performance.now() + 100;
  const read: ProcessTable['read'] = async (...of) => {
    if (performance.now() < until) throw new ProcessTableError('ps', new Error('EAGAIN'));
    return table.read(...of);
  };
  expect(await killTree({ table: { ...table, read }, marker, graceMs: 50, leader: leaderOf(child) })).toEqual(
    [],
  );
  expect(await exited).toEqual([null, 'SIGKILL']);
});

test('a list that cannot be had at all is an error after the last round', async () => {
  const read: ProcessTable['read'] = async () => {
    throw new ProcessTableError('ps', new Error('EAGAIN'));
  };
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const killed = killMarked({ table: { ...table, read }, marker: newMarker(), graceMs: 0 });
    vi.advanceTimersByTime(60_000);
    await expect(killed).rejects.toMatchObject({ code: 'process-table' });
  } finally {
    vi.useRealTimers();
  }
});

test('the list by ps serves as well', async () => {
  const marker = newMarker();
  const child = start(marker, 'forever');
  await until('the process carries its mark', async () => (await marked(marker)).length > 0);
  const exited = once(child, 'exit');
  expect(await killMarked({ table: createPsTable('linux'), marker, graceMs: 0 })).toEqual([]);
  expect(await exited).toEqual([null, 'SIGKILL']);
});
