import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '#test/support/until.ts';
import { program, withBench } from './step-bench.ts';

test('a step ends with the exit code of its program', () =>
  withBench(async bench => {
    const step = await bench.run(program('exits-with', 7));
    expect(step.end).toEqual({ ended: 'exited', exitCode: 7 });
    expect(await bench.text()).toBe('exiting with 7\n');
    expect(step.endedAt).toBeGreaterThanOrEqual(step.startedAt);
  }));

test('a step that dies by a signal says which', () =>
  withBench(async bench => {
    const step = await bench.run(program('self-kills', 'SEGV'));
    expect(step.end).toEqual({ ended: 'exited', exitCode: null, signal: 'SIGSEGV' });
  }));

test('the first failing command of a script ends the step', () =>
  withBench(async bench => {
    const step = await bench.run('echo before\nfalse\necho after');
    expect(step.end).toEqual({ ended: 'exited', exitCode: 1 });
    expect(await bench.text()).toBe('before\n');
  }));

test('every way of opening stderr anew works, in order, with no byte lost', () =>
  withBench(async bench => {
    await bench.run(program('tee-dev-stderr'));
    expect(await bench.text()).toBe('one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n');
  }));

test('stdout and stderr keep their order, also when the relay begins to read', () =>
  withBench(async bench => {
    await bench.run(program('keeps-writing', 20_000));
    const expected = Array.from({ length: 20_000 }, (_, i) => `out ${i}\nerr ${i}\n`).join('');
    expect((await bench.text()) === expected).toBe(true);
  }));

test('lines that are flushed one by one are read many at a time', () =>
  withBench(async bench => {
    let reads = 0;
    bench.spool.watch(() => reads++);
    await bench.run(program('keeps-writing', 20_000));
    expect(reads).toBeLessThan(10_000);
  }));

test('bytes that are no text arrive as they are', () =>
  withBench(async bench => {
    await bench.run(program('prints-invalid-utf8'));
    expect((await bench.output()).toString('latin1')).toBe('a\0b\x80c\xc3\r\n\xff\xfeend\xc3');
  }));

test('a step that closes its output and works on is not over', () =>
  withBench(async bench => {
    const step = await bench.run(program('closes-stdout'));
    expect(step.end).toEqual({ ended: 'exited', exitCode: 5 });
    expect(await bench.text()).toBe('last words\n');
  }));

test('a step has the environment it is given, the mark, and an empty stdin', () =>
  withBench(async bench => {
    await bench.run('cat; /usr/bin/env | grep -v -e ^PWD= -e ^OLDPWD= -e ^_= -e ^SHLVL= | sort', {
      env: { PATH: '/usr/bin:/bin', COLOUR: 'green' },
    });
    expect(await bench.text()).toBe(`COLOUR=green\nPADDOCK_MACHINE=${bench.marker}\nPATH=/usr/bin:/bin\n`);
  }));

test('several steps write one log, one after the other', () =>
  withBench(async bench => {
    for (const word of ['one', 'two', 'three']) await bench.run(`echo ${word}`);
    expect(await bench.text()).toBe('one\ntwo\nthree\n');
  }));

test('a full pipe in the first moments loses nothing', () =>
  withBench(async bench => {
    await bench.run('head -c 3000000 /dev/zero');
    expect((await bench.output()).equals(Buffer.alloc(3_000_000))).toBe(true);
  }));

test.each([
  ['directory', { directory: '/nowhere/at/all' }, 'the directory /nowhere/at/all does not exist'],
  ['shell', { shell: ['/nowhere/sh'] }, 'the shell /nowhere/sh does not exist'],
  ['pipe', { scratch: '/nowhere/at/all' }, "No pipe for the step's output could be made"],
  ['argument', { run: 'echo \0' }, 'the step could not be started'],
])('a step without its %s does not start and says why', (_, options, message) =>
  withBench(async bench => {
    const { end } = await bench.run('true', options);
    expect(end).toMatchObject({ ended: 'not-started', message: expect.stringContaining(message) });
  }),
);

test('what an unseen writer sends after the drain is counted, not stored', () =>
  withBench(async bench => {
    const go = join(bench.directory, 'go');
    const step = await bench.run(program('late-orphan-writer', go), { drainMs: 100 });
    expect(step.end).toEqual({ ended: 'exited', exitCode: 0 });
    await writeFile(go, '');
    await until('the late bytes are counted', () => step.lateBytes() === 4);
    expect(await bench.text()).toBe('done\n');
  }));
