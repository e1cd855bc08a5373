import { existsSync } from 'node:fs';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { logToFile, plainLine } from '#coordinator/log-lines.ts';

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
