import { expect, test } from 'vitest';
import { until } from './until.ts';

test('a condition that comes true gives its value', async () => {
  let asked = 0;
  expect(await until('asked three times', () => ++asked >= 3 && `asked ${asked}`)).toBe('asked 3');
});

test('a probe that throws at first counts as not yet', async () => {
  let asked = 0;
  const probe = () => {
    if (++asked < 2) throw new Error('too early');
    return asked;
  };
  expect(await until('the probe stops throwing', probe)).toBe(2);
});

test('a condition that never comes true is named in the error', async () => {
  const waiting = until('the moon is square', () => false, { timeoutMs: 20, everyMs: 1 });
  await expect(waiting).rejects.toThrow(/the moon is square \(last answer: false\)/);
});

test('the last error of a probe is the cause', async () => {
  const cause = new Error('no such file');
  const probe = () => Promise.reject(cause);
  await expect(until('the file is there', probe, { timeoutMs: 20, everyMs: 1 })).rejects.toMatchObject({
    cause,
  });
});
