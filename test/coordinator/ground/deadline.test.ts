import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import { startDeadline } from '#coordinator/ground/deadline.ts';
import { until } from '#test/support/until.ts';

const minute = 60_000;

test('a deadline that comes aborts, with the reason of AbortSignal.timeout', async () => {
  using deadline = startDeadline(1);
  using later = startDeadline(minute);
  const both = AbortSignal.any([later.signal, deadline.signal]);
  await until('it has come', () => both.aborted);
  expect(both.reason).toMatchObject({ name: 'TimeoutError' });
  expect(later.signal.aborted).toBe(false);
});

/** As one piece of work has it: within a signal of signals, listened to while it lasts. */
function work(closing: AbortSignal): void {
  using deadline = startDeadline(minute);
  const either = AbortSignal.any([closing, AbortSignal.any([new AbortController().signal, deadline.signal])]);
  const stop = () => {};
  either.addEventListener('abort', stop, { once: true });
  either.removeEventListener('abort', stop);
}

/** After a collection of garbage. */
const signals = (): number => queryObjects(AbortSignal, { format: 'count' });

test('of a thousand deadlines that were kept nothing is left in memory', async () => {
  const closing = new AbortController();
  const before = signals();
  for (let i = 0; i < 1_000; i++) work(closing.signal);
  await until('their signals have gone', () => signals() <= before + 10);
});
