import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProcfsTable, parseStat } from '#agent/process-tree/procfs-table.ts';
import { createPsTable, parsePs } from '#agent/process-tree/ps-table.ts';
import { processTableFor } from '#agent/process-tree/table-for-platform.ts';
import { until } from '#test/support/until.ts';

const programs = resolve(import.meta.dirname, '../../programs');

/** Starts a program in a session of its own, with a mark, and takes it away after the test. */
async function withProgram(
  argv: string[],
  body: (pid: number, marker: string) => Promise<void>,
  more: Record<string, string> = {},
): Promise<void> {
  const marker = `table-${randomUUID()}`;
  const [program = '', ...args] = argv;
  const env = { PATH: '/usr/bin:/bin', ...more, PADDOCK_MACHINE: marker };
  const child = spawn(program, args, { detached: true, stdio: 'ignore', env });
  const exited = once(child, 'exit');
  try {
    await body(child.pid ?? 0, marker);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}

test('a command name with blanks and parentheses does not shift the fields', () => {
  const tail = '1 7 8 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4242 0 0';
  expect(parseStat(`12 (a) S (b c) R ${tail}`)).toMatchObject({
    pid: 12,
    ppid: 1,
    pgid: 7,
    sid: 8,
    startedAt: 4242,
  });
});

test.each(['', '12', '12 (sh) R', 'no numbers (at) all here'])(
  'text that is no stat is refused: "%s"',
  text => {
    expect(parseStat(text)).toBeNull();
  },
);

test('a zombie is told from a process whose first thread has ended', () => {
  const stat = (threads: number) => `12 (x) Z 1 7 8 0 -1 0 1 0 0 0 0 0 0 0 20 0 ${threads} 0 42 0 0`;
  expect([0, 1, 3].map(threads => parseStat(stat(threads))?.isZombie)).toEqual([true, true, false]);
});

describe('the output of ps', () => {
  const start = 'Thu Nov 20 12:35:07 2026';
  const plain = `  1  0  1 Ss ${start} /sbin/init\n 7  1  7 S ${start} sleep 5\n 8 1 7 Z ${start} [x] <defunct>\n`;
  const rowsWith = (env: string, args = 'sleep 5') =>
    parsePs(plain, `  7  1  7 S ${start} ${args} ${env}\n`, 'm-12345678');

  test('is read with start times, and without zombies', () => {
    const startedAt = Date.UTC(2026, 10, 20, 12, 35, 7) / 1_000;
    expect(parsePs(plain, plain, 'm-12345678')).toEqual([
      { pid: 1, ppid: 0, pgid: 1, sid: null, startedAt, isMarked: false },
      { pid: 7, ppid: 1, pgid: 7, sid: null, startedAt, isMarked: false },
    ]);
  });

  test.each([
    ['the variable in the environment', 'A=b PADDOCK_MACHINE=m-12345678 C=d', 'sleep 5', true],
    ['a longer value', 'PADDOCK_MACHINE=m-123456789', 'sleep 5', false],
    ['a longer name', 'XPADDOCK_MACHINE=m-12345678', 'sleep 5', false],
    ['other arguments than a moment ago', 'PADDOCK_MACHINE=m-12345678', 'make all', false],
  ])('proves a mark only by the environment: %s', (_, env, args, isMarked) => {
    expect(rowsWith(env, args).find(({ pid }) => pid === 7)?.isMarked).toBe(isMarked);
  });

  test('does not prove a mark by arguments', () => {
    const line = ` 7 1 7 S ${start} grep PADDOCK_MACHINE=m-12345678\n`;
    expect(parsePs(line, line, 'm-12345678')[0]?.isMarked).toBe(false);
  });
});

const tables = [['procfs', createProcfsTable()] as const, ['ps', createPsTable('linux')] as const];

describe.each(tables)('the process table by %s', (name, table) => {
  // Small systems have no ps; on Linux it is only the second choice.
  const isMissing = name === 'ps' && !existsSync('/usr/bin/ps') && !existsSync('/bin/ps');

  test.skipIf(isMissing)('finds a marked process, its parent, group and start', () =>
    withProgram(['sleep', '30'], async (pid, marker) => {
      const startedAt = table.startOf(pid);
      const marked = (await table.read(marker)).filter(row => row.isMarked);
      expect(marked).toMatchObject([{ pid, ppid: process.pid, pgid: pid, startedAt }]);
      expect(marked[0] && table.isStill(marked[0])).toBe(true);
      expect((await table.read(marker)).find(row => row.pid === process.pid)?.isMarked).toBe(false);
    }),
  );
});

test('a process that replaces itself all the time is marked at every look', () =>
  withProgram(['sh', `${programs}/execs-itself.sh`], async (pid, marker) => {
    const table = createProcfsTable();
    const since = table.startOf(pid);
    for (let look = 0; look < 150; look++) {
      const rows = await table.read(marker, since);
      expect(rows.find(row => row.pid === pid)).toMatchObject({ isMarked: true });
    }
  }));

test('after a process that has just begun only its juniors are looked at, and the marks of all of them', () =>
  withProgram(['sh', '-c', 'sleep 30 & exec sleep 30'], async (pid, marker) => {
    const table = createProcfsTable();
    await until(
      'both sleep',
      async () => (await table.read(marker)).filter(row => row.isMarked).length === 2,
    );
    const old = await table.read(marker, 1, pid);
    expect(old.some(row => row.pid === process.pid)).toBe(true);
    const now = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 100;
    const young = await table.read(marker, now, pid);
    expect(young.some(row => row.pid === process.pid)).toBe(false);
    expect(young.map(row => row.pid)).toContain(pid);
  }));

test('a process without any variable is not waited for and not marked', () =>
  withProgram(['env', '-i', 'sleep', '30'], async (pid, marker) => {
    await until('env has become sleep', () => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'sleep\n');
    const rows = await createProcfsTable().read(marker, 0);
    expect(rows.find(row => row.pid === pid)).toMatchObject({ isMarked: false });
  }));

test('a mark behind more variables than fit into one read is found', () =>
  withProgram(
    ['sleep', '30'],
    async (pid, marker) => {
      await until('env is there', () => readFileSync(`/proc/${pid}/environ`).length > 100_000);
      const marked = (await createProcfsTable().read(marker)).filter(row => row.isMarked);
      expect(marked.map(row => row.pid)).toEqual([pid]);
    },
    { FILL: 'x'.repeat(100_000) },
  ));

test('threads that are born while the table is read are no processes', () =>
  withProgram([process.execPath, `${programs}/starts-threads.mjs`], async (pid, marker) => {
    const table = createProcfsTable();
    for (let look = 0; look < 100; look++) {
      const marked = (await table.read(marker)).filter(row => row.isMarked);
      expect(marked.map(row => row.pid)).toEqual([pid]);
    }
  }));

test('a pid with another start is another process', () => {
  const table = createProcfsTable();
  const row = { pid: process.pid, ppid: 1, pgid: 1, sid: 1, isMarked: false };
  expect(table.isStill({ ...row, startedAt: table.startOf(process.pid) })).toBe(true);
  expect(table.isStill({ ...row, startedAt: 1 })).toBe(false);
});

test('Linux reads /proc, everything else asks ps', () => {
  expect(processTableFor('linux').isStill({ ...impossible })).toBe(false);
  expect(processTableFor('freebsd').isStill({ ...impossible })).toBe(true);
});

const impossible = { pid: 2 ** 30, ppid: 0, pgid: 0, sid: 0, startedAt: 0, isMarked: false };
