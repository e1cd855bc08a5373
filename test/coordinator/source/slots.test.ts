import { expect, test } from 'vitest';
import { createSeats } from '#coordinator/source/seats.ts';
import { createSlots } from '#coordinator/source/slots.ts';
import { limits } from '#shared/limits.ts';
import { attempt, otherAttempt, unhurried } from './lab.ts';

test('slots go out in order, as they come back', async () => {
  const slots = createSlots(2);
  const [first, second] = [await slots.take(unhurried), await slots.take(unhurried)];
  const order: string[] = [];
  const third = slots.take(unhurried).then(giveBack => {
    order.push('third');
    return giveBack;
  });
  const fourth = slots.take(unhurried).then(() => order.push('fourth'));
  expect(order).toEqual([]);
  first();
  first(); // giving back twice gives nothing twice
  (await third)();
  await fourth;
  expect(order).toEqual(['third', 'fourth']);
  second();
});

test('who stops waiting leaves the queue, and takes no slot', async () => {
  const slots = createSlots(1);
  const giveBack = await slots.take(unhurried);
  const leaving = new AbortController();
  const left = slots.take(leaving.signal);
  const next = slots.take(unhurried);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  giveBack();
  (await next)();
  await expect(slots.take(leaving.signal)).rejects.toThrow('gone');
  expect(await slots.take(unhurried)).toBeTypeOf('function');
});

test('an attempt at its share is refused at once, another is not', async () => {
  const seats = createSeats();
  const mine = Array.from({ length: limits.sourceStreamsPerAttempt }, () => seats.take(attempt, unhurried));
  const [first] = await Promise.all(mine);
  expect(await seats.take(attempt, unhurried)).toBeNull();
  expect(await seats.take(otherAttempt, unhurried)).toBeTypeOf('function');
  first?.();
  expect(await seats.take(attempt, unhurried)).toBeTypeOf('function');
});

test('who stops waiting for a seat gets the share back', async () => {
  const seats = createSeats();
  const attempts = limits.sourceStreams / limits.sourceStreamsPerAttempt;
  for (let i = 0; i < limits.sourceStreams; i++) await seats.take(`${i % attempts}`, unhurried);
  const leaving = new AbortController();
  const waiting = Array.from({ length: limits.sourceStreamsPerAttempt }, () =>
    seats.take(attempt, leaving.signal),
  );
  expect(await seats.take(attempt, unhurried)).toBeNull();
  leaving.abort(new Error('gone'));
  for (const { status } of await Promise.allSettled(waiting)) expect(status).toBe('rejected');
  const again = new AbortController();
  const queued = seats.take(attempt, again.signal);
  again.abort(new Error('gone again'));
  await expect(queued).rejects.toThrow('gone again');
});
