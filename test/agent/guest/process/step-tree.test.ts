import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '#test/support/until.ts';
import { type Bench, program, withBench } from './step-bench.ts';

const isAlive = (pid: number) => existsSync(`/proc/${pid}/cwd`);

/** The pid that a program printed as a line of its own. */
const printedPid = async (bench: Bench) => Number(/^\d+$/m.exec(await bench.text())?.[0]);

test('a child in a session of its own is killed when the step exits', () =>
  withBench(async bench => {
    const step = await bench.run(program('forks-orphan'));
    expect(step.end).toEqual({ ended: 'exited', exitCode: 0 });
    expect(isAlive(await printedPid(bench))).toBe(false);
  }));

test('a daemon that forked twice and closed everything is killed when the step exits', () =>
  withBench(async bench => {
    const pidFile = join(bench.directory, 'pid');
    await bench.run(program('double-forks', pidFile));
    expect(isAlive(Number(await readFile(pidFile, 'utf8')))).toBe(false);
  }));

test('a child without our environment is killed by its session', () =>
  withBench(async bench => {
    await bench.run(program('hides-environment', 'leave'));
    expect(isAlive(await printedPid(bench))).toBe(false);
  }));

test('a child without our environment or session is killed by its parentage', () =>
  withBench(async bench => {
    const step = bench.run(program('hides-environment', 'stay'));
    await until('the child is there', async () => (await printedPid(bench)) > 0);
    bench.stop.abort();
    expect((await step).end).toEqual({ ended: 'stopped' });
    expect(isAlive(await printedPid(bench))).toBe(false);
  }));

test('processes that breed in new sessions are all killed', () =>
  withBench(async bench => {
    const step = await bench.run(program('forks-without-end'), { timeoutMs: 100, killGraceMs: 0 });
    expect(step).toMatchObject({ end: { ended: 'timed-out' }, leftBehind: null });
    expect(await bench.alive()).toEqual([]);
  }));

test('nothing outside the step is touched: a process of an earlier step with the same mark lives on', () =>
  withBench(async bench => {
    const older = bench.run(program('forever'));
    await until('the older step is under way', async () => (await bench.text()).includes('running'));
    await bench.run('sleep 0.05');
    expect(await bench.alive()).not.toEqual([]);
    bench.stop.abort();
    await older;
  }));
