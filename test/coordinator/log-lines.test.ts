import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { keepRecent, logToFile, plainLine, recentLogFiles } from '#coordinator/log-lines.ts';
import { limits } from '#shared/limits.ts';

const plain = picocolors.createColors(false);
const time = new Date(2026, 10, 25, 16, 13, 43).getTime();

test('a record is the time, what happened, and its facts', () => {
  const record = { level: 30, time, pid: 1, hostname: 'h', msg: 'nats-server is up', port: 41655 };
  expect(plainLine(record, plain)).toBe('16:13:43  nats-server is up  port=41655');
});

test('the configuration is listed below, a line for each key', () => {
  const record = { level: 30, time, msg: 'Paddock starts', config: { file: 'paddock.yaml', images: ['a'] } };
  expect(plainLine(record, plain)).toBe(
    '16:13:43  Paddock starts\n    file: paddock.yaml\n    images: ["a"]',
  );
});

test('an error brings its stack, indented below', () => {
  const record = { level: 50, time, msg: 'fleet failed', err: { stack: 'Error: no\n  at here' } };
  expect(plainLine(record, plain)).toBe('16:13:43  fleet failed\n    Error: no\n      at here');
});

test('a warning is yellow and an error red, where there are colours', () => {
  const colors = picocolors.createColors(true);
  expect(plainLine({ level: 40, time, msg: 'careful' }, colors)).toContain(colors.yellow('careful'));
  expect(plainLine({ level: 50, time, msg: 'broken' }, colors)).toContain(colors.red('broken'));
});

test('a log file on a full disk fails nobody who writes to it', ({ skip }) => {
  if (!existsSync('/dev/full')) skip('needs /dev/full');
  const log = logToFile('/dev/full');
  expect(() => log.error('lost')).not.toThrow();
});

test('the last lines are kept in two files of a bounded size, for their owner only', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'paddock-recent-'));
  try {
    const keep = keepRecent(directory);
    const line = `{"msg":"${'x'.repeat(limits.recentLogBytes / 4)}"}\n`;
    for (let n = 0; n < 20; n += 1) keep(line);
    keep('{"msg":"the last"}\n');
    const [older, newer] = recentLogFiles(directory).map(file => readFileSync(file, 'utf8'));
    expect((older ?? '').length).toBeLessThan(2 * limits.recentLogBytes);
    expect((newer ?? '').length).toBeLessThan(2 * limits.recentLogBytes);
    expect(newer?.endsWith('{"msg":"the last"}\n')).toBe(true);
    expect(statSync(recentLogFiles(directory)[1]).mode & 0o077).toBe(0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('without a directory nothing is kept, and nothing fails', () => {
  expect(() => keepRecent('/nowhere/at/all')('{}\n')).not.toThrow();
});
