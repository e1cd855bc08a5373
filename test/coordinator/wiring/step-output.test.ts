import { expect, test } from 'vitest';
import { LogError } from '#coordinator/logs/errors.ts';
import type { Logs } from '#coordinator/logs/logs.ts';
import { readStepOutput } from '#coordinator/wiring/step-output.ts';
import type { Mark } from '#shared/attempt.ts';
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

const attempt = `attempt_${'0'.repeat(26)}` as AttemptId;

const marksOf = (...offsets: number[]): Mark[] =>
  offsets.map((offset, n) => {
    const about = { seq: n, at: 1, offset, step: Math.floor(n / 2) };
    return n % 2 === 0
      ? { type: 'step-started', ...about }
      : { type: 'step-ended', ...about, exitCode: 0, lateBytes: 0 };
  });

/** A log of which everything is known. */
function logsOf(text: string, marks: Mark[]): Pick<Logs, 'facts' | 'read' | 'places'> {
  const bytes = Buffer.from(text);
  const lineOf = (offset: number): number => bytes.subarray(0, offset).toString().split('\n').length - 1;
  return {
    facts: async () => ({ bytes: bytes.length, lines: lineOf(bytes.length), marks, seal: null }),
    async *read(_, { from = 0, to = bytes.length } = {}) {
      for (let at = from; at < to; at += 1_000) yield bytes.subarray(at, Math.min(at + 1_000, to));
    },
    places: async (_, offsets) => offsets.map(offset => ({ line: lineOf(offset), column: 0 })),
  };
}

const warned: string[] = [];
const report = { warn: (_: object, message: string) => void warned.push(message) };

test('only what the step itself printed is read, with the line in which it begins', async () => {
  const read = readStepOutput(logsOf('one\ntwo\nthree\nfour\n', marksOf(0, 8, 8, 14, 14)), report);
  expect(await read(attempt, 0)).toEqual({ text: 'one\ntwo\n', firstLine: 0 });
  expect(await read(attempt, 1)).toEqual({ text: 'three\n', firstLine: 2 });
  expect(await read(attempt, 2)).toEqual({ text: 'four\n', firstLine: 3 });
  expect(await read(attempt, 3)).toBe(null);
});

test('of a long one the end is read, from the beginning of a line', async () => {
  const line = `${'x'.repeat(99)}\n`;
  const count = Math.ceil(limits.errorLogBytes / line.length) * 2;
  const output = await readStepOutput(logsOf(line.repeat(count), marksOf(0)), report)(attempt, 0);
  const kept = Math.floor(limits.errorLogBytes / line.length);
  expect(output).toEqual({ text: line.repeat(kept), firstLine: count - kept });
});

test('a line that is longer than what is read is its end', async () => {
  const text = 'y'.repeat(limits.errorLogBytes * 2);
  const output = await readStepOutput(logsOf(text, marksOf(0)), report)(attempt, 0);
  expect(output).toEqual({ text: 'y'.repeat(limits.errorLogBytes), firstLine: 0 });
});

test('a log that cannot be read takes only its lines from the check, and says so; a bug is none of that', async () => {
  const broken = (error: Error) => ({ ...logsOf('', []), facts: () => Promise.reject(error) });
  const damaged = new LogError('damaged', attempt, 'The log is damaged.');
  expect(await readStepOutput(broken(damaged), report)(attempt, 0)).toBe(null);
  expect(warned).toEqual(['The log is damaged. The check of its run has no lines of it.']);
  await expect(readStepOutput(broken(new TypeError('x')), report)(attempt, 0)).rejects.toThrow('x');
});
