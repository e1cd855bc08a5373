import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TailItem, TailMode } from '#coordinator/logs/tail.ts';
import { until } from '#test/support/until.ts';
import { attemptOf, expectedOf, type Owner, send, sendAll, startOwner } from './owner.ts';

let owner: Owner;
beforeEach(async () => {
  owner = await startOwner();
});
afterEach(() => owner.stop());

const stream = randomBytes(2_500_000);

/** What happens next: bytes arrive, a viewer takes some items, or what was sent turns out to be wrong. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ arrive: fc.integer({ min: 1, max: 600_000 }) }) },
  { weight: 4, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.constant({ anew: true } as const) },
);
type Step = { arrive: number } | { take: number } | { anew: true };

/** A viewer that checks, item by item, that what it shows is the stream. */
function createViewer(n: number, from: number, mode: TailMode, signal: AbortSignal) {
  const iterator = owner.logs.tail(attemptOf(n), from, signal, mode)[Symbol.asyncIterator]();
  let offset = from;
  /** An item goes on where the last one ended, or at the start when the log is sent anew. */
  const goesOnAt = (at: number) => expect([0, offset]).toContain(at);
  const check = (item: TailItem) => {
    if ('skipped' in item) {
      expect(mode).toBe('skip');
      goesOnAt(item.skipped.from);
      offset = item.skipped.to;
    }
    if (!('bytes' in item)) return;
    goesOnAt(item.offset);
    offset = item.offset + item.bytes.length;
    expect(stream.subarray(item.offset, offset).equals(item.bytes)).toBe(true);
  };
  return {
    iterator,
    offset: () => offset,
    /** Takes an item if there is anything to take: bytes, or the end. */
    async take() {
      const next = await iterator.next();
      if (!next.done) check(next.value);
      return !next.done;
    },
  };
}

async function play(n: number, from: number, mode: TailMode, steps: Step[]): Promise<number> {
  owner.lease(n);
  const stop = new AbortController();
  const viewer = createViewer(n, from, mode, stop.signal);
  let stored = 0;
  for (const each of steps) {
    if ('arrive' in each) {
      const end = Math.min(stream.length, stored + each.arrive);
      await sendAll(owner.logs, n, stream.subarray(0, end), stored);
      stored = end;
    } else if ('take' in each)
      for (let i = 0; i < each.take && viewer.offset() < stored; i++) await viewer.take();
    else if (stored > 0) {
      // An agent with another digest of as many bytes: everything is sent anew.
      await owner.logs.verify(attemptOf(n), { bytes: stored, sha256: '0'.repeat(64) });
      stored = 0;
    }
  }
  await sendAll(owner.logs, n, stream, stored);
  await owner.settle(n, stream);
  await owner.logs.release(attemptOf(n));
  while (await viewer.take());
  return viewer.offset();
}

it.each(['skip', 'every-byte'] as const)(
  'whatever happens, a viewer (%s) shows the stream and its end',
  async mode => {
    let n = 1;
    await fc.assert(
      fc.asyncProperty(fc.nat(300_000), fc.array(step, { maxLength: 25 }), async (from, steps) => {
        expect(await play(++n, from, mode, steps)).toBe(stream.length);
      }),
      { numRuns: 10 },
    );
    expect(await send(owner.logs, n, 0, stream.subarray(0, 1))).toEqual({ answer: 'fenced' });
    await until('all logs are sealed', () => [...owner.stored.values()].every(row => row.sealed));
    expect(await owner.logs.verify(attemptOf(n), expectedOf(stream))).toMatchObject({ ok: true });
  },
);
