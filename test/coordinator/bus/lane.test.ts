import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLane } from '#coordinator/bus/lane.ts';

const bounds = { handlers: 2, senderMessages: 3, senderBytes: 100, bytes: 150 };

/** Handlers that end when they are told to, in the order in which they began. */
function heldWork() {
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const work = (item: string) =>
    new Promise<void>(resolve => {
      started.push(item);
      ends.push(resolve);
    });
  const endOne = async () => {
    ends.shift()?.();
    await new Promise(setImmediate);
  };
  return { started, work, endOne };
}

test('items of one sender are handled one after the other, in order', async () => {
  const { started, work, endOne } = heldWork();
  const lane = createLane(work, bounds);
  for (const item of ['1', '2', '3']) lane.offer('a', 1, item);
  expect(started).toEqual(['1']);
  await endOne();
  expect(started).toEqual(['1', '2']);
  await endOne();
  expect(started).toEqual(['1', '2', '3']);
});

test('senders take turns', async () => {
  const { started, work, endOne } = heldWork();
  const lane = createLane(work, { ...bounds, handlers: 1 });
  for (const item of ['a1', 'a2', 'a3']) lane.offer('a', 1, item);
  for (const item of ['b1', 'b2']) lane.offer('b', 1, item);
  for (let n = 0; n < 4; n++) await endOne();
  expect(started).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});

test('no more handlers run at once than allowed', async () => {
  const { started, work, endOne } = heldWork();
  const lane = createLane(work, bounds);
  for (const sender of ['a', 'b', 'c']) lane.offer(sender, 1, sender);
  expect(started).toEqual(['a', 'b']);
  await endOne();
  expect(started).toEqual(['a', 'b', 'c']);
});

test('a sender with too many messages or bytes is refused, another one is not', () => {
  const lane = createLane(heldWork().work, bounds);
  expect([1, 2, 3, 4].map(n => lane.offer('a', 1, `a${n}`))).toEqual([true, true, true, false]);
  expect([90, 20, 10].map(bytes => lane.offer('b', bytes, 'b'))).toEqual([true, false, true]);
});

test('all senders together are bounded too', () => {
  const lane = createLane(heldWork().work, bounds);
  expect(['a', 'b', 'c'].map(sender => lane.offer(sender, 60, sender))).toEqual([true, true, false]);
});

test('room is given back when a handler has ended', async () => {
  const { work, endOne } = heldWork();
  const lane = createLane(work, bounds);
  lane.offer('a', 100, 'first');
  expect(lane.offer('a', 1, 'too much')).toBe(false);
  await endOne();
  expect(lane.offer('a', 100, 'second')).toBe(true);
});

test('closing waits for what is handled and drops what waits', async () => {
  const { started, work, endOne } = heldWork();
  const lane = createLane(work, bounds);
  for (const item of ['1', '2']) lane.offer('a', 1, item);
  let isClosed = false;
  const closing = lane.close().then(() => {
    isClosed = true;
  });
  expect(lane.offer('a', 1, '3')).toBe(false);
  await new Promise(setImmediate);
  expect(isClosed).toBe(false);
  await endOne();
  await closing;
  expect(started).toEqual(['1']);
});

test('whatever is offered and accepted is handled once, in the order of its sender', async () => {
  const offers = fc.array(fc.record({ sender: fc.constantFrom('a', 'b', 'c', 'd'), bytes: fc.nat(60) }));
  await fc.assert(
    fc.asyncProperty(offers, async list => {
      const handled: string[] = [];
      const lane = createLane(async (item: string) => {
        await Promise.resolve();
        handled.push(item);
      }, bounds);
      const accepted = list.map(({ sender, bytes }, n) => [
        sender,
        n,
        lane.offer(sender, bytes, `${sender}${n}`),
      ]);
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      for (const sender of ['a', 'b', 'c', 'd']) {
        const expected = accepted.filter(([s, , taken]) => s === sender && taken).map(([s, n]) => `${s}${n}`);
        expect(handled.filter(item => item.startsWith(sender))).toEqual(expected);
      }
    }),
    { numRuns: 50 },
  );
});
