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
/** What is sent by mistake, to be sent anew later. */
const wrong = stream.map(byte => 255 - byte);

/** What happens next: bytes arrive, a viewer takes some items, or what was sent turns out to be wrong. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ arrive: fc.integer({ min: 1, max: 600_000 }) }) },
  { weight: 4, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.constant({ anew: true } as const) },
);
type Step = { arrive: number } | { take: number } | { anew: true };

/** A viewer that writes what it is given where it belongs; what it is not shown it takes as right. */
function createViewer(n: number, from: number, mode: TailMode, signal: AbortSignal) {
  const iterator = owner.logs.tail(attemptOf(n), from, signal, mode)[Symbol.asyncIterator]();
  const view = Buffer.from(stream);
  let offset = from;
  /** An item goes on where the last one ended, or at the start when the log is sent anew. */
  const goesOnAt = (at: number) => expect([0, offset]).toContain(at);
  const show = (item: TailItem) => {
    if ('skipped' in item) {
      expect(mode).toBe('skip');
      goesOnAt(item.skipped.from);
      offset = item.skipped.to;
      stream.copy(view, item.skipped.from, item.skipped.from, offset);
    }
    if (!('bytes' in item)) return;
    goesOnAt(item.offset);
    offset = item.offset + item.bytes.length;
    view.set(item.bytes, item.offset);
  };
  return {
    view,
    offset: () => offset,
    /** Takes an item if there is anything to take: bytes, or the end. */
    async take() {
      const next = await iterator.next();
      if (!next.done) show(next.value);
      return !next.done;
    },
  };
}

/** Plays the steps; answers what the viewer shows when the log has ended. */
async function play(n: number, from: number, mode: TailMode, steps: Step[]): Promise<Buffer> {
  owner.lease(n);
  const viewer = createViewer(n, from, mode, new AbortController().signal);
  let mistakes = steps.filter(step => 'anew' in step).length;
  let stored = 0;
  const arrive = async (end: number) => {
    await sendAll(owner.logs, n, (mistakes > 0 ? wrong : stream).subarray(0, end), stored);
    stored = end;
  };
  for (const each of steps) {
    if ('arrive' in each) await arrive(Math.min(stream.length, stored + each.arrive));
    else if ('take' in each)
      for (let i = 0; i < each.take && viewer.offset() < stored; i++) await viewer.take();
    else {
      await owner.logs.verify(attemptOf(n), { bytes: stored, sha256: '0'.repeat(64) });
      [stored, mistakes] = [0, mistakes - 1];
    }
  }
  await arrive(stream.length);
  await owner.settle(n, stream);
  await owner.logs.release(attemptOf(n));
  while (await viewer.take());
  return viewer.view;
}

it.each(['skip', 'every-byte'] as const)(
  'whatever happens, a viewer (%s) shows the stream and its end',
  async mode => {
    let n = 1;
    await fc.assert(
      fc.asyncProperty(fc.nat(300_000), fc.array(step, { maxLength: 25 }), async (from, steps) => {
        expect((await play(++n, from, mode, steps)).equals(stream)).toBe(true);
      }),
      { numRuns: 10 },
    );
    expect(await send(owner.logs, n, 0, stream.subarray(0, 1))).toEqual({ answer: 'fenced' });
    await until('all logs are sealed', () => [...owner.stored.values()].every(row => row.sealed));
    expect(await owner.logs.verify(attemptOf(n), expectedOf(stream))).toMatchObject({ ok: true });
  },
);
