import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSpool } from '#agent/guest/logs/spool.ts';
import { until } from '#test/support/until.ts';
import { type Bench, program, withBench } from './step-bench.ts';

/** Runs a program, stops it as soon as its output says that it is under way, and waits for the end. */
async function runAndStop(bench: Bench, command: string, sign: string) {
  const step = bench.run(command);
  await until('the program is under way', async () => (await bench.text()).includes(sign));
  bench.stop.abort();
  return step;
}

test('a step over its total time is ended', () =>
  withBench(async bench => {
    const { end } = await bench.run(program('forever'), { timeoutMs: 150 });
    expect(end).toEqual({ ended: 'timed-out', limit: 'total', exitCode: null, signal: 'SIGTERM' });
  }));

test('a silent step is ended by the idle time', () =>
  withBench(async bench => {
    const { end } = await bench.run(program('forever'), { idleTimeoutMs: 150 });
    expect(end).toMatchObject({ ended: 'timed-out', limit: 'idle' });
    expect(await bench.text()).toBe('running\n');
  }));

test('a progress bar without a newline is not idle', () =>
  withBench(async bench => {
    const { end } = await bench.run(program('slow-printer', 30), { idleTimeoutMs: 1_000 });
    expect(end).toEqual({ ended: 'exited', exitCode: 0 });
  }));

test('a stopped step may clean up within the grace, and its words are kept', () =>
  withBench(async bench => {
    const { end } = await runAndStop(bench, program('cleans-up-on-term'), 'working');
    expect(end).toEqual({ ended: 'stopped' });
    expect(await bench.text()).toMatch(/^working\n(.*\n)*cleaned up\n$/);
  }));

test('a step that ignores TERM is killed after the grace', () =>
  withBench(async bench => {
    expect((await runAndStop(bench, program('ignores-sigterm'), 'deaf')).end).toEqual({ ended: 'stopped' });
  }));

test('a suspended step is ended too', () =>
  withBench(async bench => {
    expect((await runAndStop(bench, program('stops-itself'), 'stopping')).end).toEqual({ ended: 'stopped' });
  }));

test('a step is not started after the stop', () =>
  withBench(async bench => {
    bench.stop.abort();
    expect((await bench.run('echo never')).end).toEqual({ ended: 'stopped' });
    expect(await bench.text()).toBe('');
  }));

test.each([
  ['a whole number of blocks', 512 * 1_024],
  ['no whole number of blocks', 500_001],
  ['less than a pipe', 1_000],
])('a flood ends exactly at the limit of the log: %s', (_, limitBytes) =>
  withBench(
    async bench => {
      const { end } = await bench.run(program('floods'));
      expect(end).toMatchObject({ ended: 'log-full', message: expect.stringContaining('limit') });
      const line = '0123456789'.repeat(7);
      expect((await bench.output()).equals(Buffer.alloc(limitBytes, `${line.slice(0, 70)}\n`))).toBe(true);
    },
    { limitBytes },
  ),
);

test('a short step over the limit has no verdict', () =>
  withBench(
    async bench => {
      const { end } = await bench.run('echo 0123456789');
      expect(end).toMatchObject({ ended: 'log-full' });
      expect(await bench.text()).toBe('0123');
    },
    { limitBytes: 4 },
  ));

test('a log of exactly the limit is whole', () =>
  withBench(
    async bench => {
      expect((await bench.run('printf 0123; sleep 0.1')).end).toEqual({ ended: 'exited', exitCode: 0 });
      expect((await bench.run('printf x')).end).toMatchObject({ ended: 'log-full' });
    },
    { limitBytes: 4 },
  ));

test.each([
  ['early', 'echo gone'],
  ['under way', program('floods')],
])('a full disk ends the step and says so: %s', (_, command) =>
  withBench(async bench => {
    const real = openSpool({ path: join(bench.directory, 'other'), limitBytes: 1_000_000 });
    const append = (bytes: Uint8Array) => {
      throw Object.assign(new Error(`ENOSPC: no space left on device, ${bytes.length} bytes`), {
        code: 'ENOSPC',
      });
    };
    const { end } = await bench.run(command, { spool: { ...real, append } });
    expect(end).toMatchObject({ ended: 'log-full', message: expect.stringMatching(/no space left/i) });
    await real.remove();
  }),
);

test('a flood does not grow this process', () =>
  withBench(async bench => {
    const before = process.memoryUsage().rss;
    await bench.run('head -c 60000000 /dev/zero');
    expect(process.memoryUsage().rss - before).toBeLessThan(20_000_000);
    expect((await readFile(join(bench.directory, 'spool'))).length).toBe(60_000_000);
  }));
