import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TailItem, TailMode } from '#coordinator/logs/tail.ts';
import type { LogSeal } from '#shared/attempt.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import { collect, expectedOf, first, markOf, type Owner, send, sendAll, startOwner } from './owner.ts';

let owner: Owner;
let stop: AbortController;
let iterators: AsyncIterator<TailItem>[];
beforeEach(async () => {
  owner = await startOwner();
  stop = new AbortController();
  iterators = [];
});
afterEach(async () => {
  stop.abort();
  // A viewer that does not read to the end says so, as `for await` does: it may hold the log's file open.
  for (const iterator of iterators) await iterator.return?.();
  await owner.stop();
});

/** A viewer that takes an item when the test does. */
function follow(mode: TailMode = 'skip') {
  const iterator = owner.logs.tail(first, 0, stop.signal, mode)[Symbol.asyncIterator]();
  iterators.push(iterator);
  return iterator;
}

/** A viewer that takes items as fast as they come, and what it has seen. */
function watch(from = 0, mode: TailMode = 'skip') {
  const seen = {
    bytes: Buffer.alloc(0),
    offset: from,
    items: [] as TailItem[],
    end: null as LogSeal | null,
    over: Promise.resolve(),
  };
  const run = async () => {
    for await (const item of owner.logs.tail(first, from, stop.signal, mode)) {
      seen.items.push(item);
      if ('bytes' in item) {
        expect(item.offset).toBe(seen.offset);
        seen.bytes = Buffer.concat([seen.bytes, item.bytes]);
        seen.offset += item.bytes.length;
      }
      if ('skipped' in item) seen.offset = item.skipped.to;
      if ('end' in item) seen.end = item.end;
    }
  };
  seen.over = run();
  return seen;
}

const end = async (bytes: Buffer) => {
  const { seal } = await owner.settle(1, bytes);
  await owner.logs.release(first);
  return seal;
};

describe('following a log', () => {
  it('gives what is there, then what comes, marks too, and the end', async () => {
    await send(owner.logs, 1, 0, Buffer.from('one\n'), { marks: [markOf(0, 0)] });
    const viewer = watch();
    await until('the first line is seen', () => viewer.bytes.length === 4);
    await send(owner.logs, 1, 4, Buffer.from('two\n'), { marks: [markOf(1, 4)] });
    const seal = await end(Buffer.from('one\ntwo\n'));
    await viewer.over;
    expect(viewer.bytes.toString()).toBe('one\ntwo\n');
    expect(viewer.items.flatMap(item => ('marks' in item ? item.marks : []))).toEqual([
      markOf(0, 0),
      markOf(1, 4),
    ]);
    expect(viewer.items.at(-1)).toEqual({ end: seal });
  });

  it('tells of a mark before it gives the bytes that the mark stands in', async () => {
    const viewers = [watch(), watch(0, 'every-byte')];
    await send(owner.logs, 1, 0, Buffer.from('one\n'), { marks: [markOf(0, 0)] });
    await send(owner.logs, 1, 4, Buffer.from('two\n'), { marks: [markOf(1, 4)] });
    await end(Buffer.from('one\ntwo\n'));
    for (const { over, items } of [...viewers, watch()]) {
      await over;
      const known: number[] = [];
      for (const item of items) {
        if ('marks' in item) known.push(...item.marks.map(({ offset }) => offset));
        if ('bytes' in item) expect(known).toContain(Buffer.from(item.bytes).includes('two') ? 4 : 0);
      }
      expect(known).toEqual([0, 4]);
    }
  });

  it('waits for a log that has no byte yet, and begins at any offset', async () => {
    const viewer = watch(6);
    await send(owner.logs, 1, 0, Buffer.from('hello '));
    await send(owner.logs, 1, 6, Buffer.from('world'));
    await end(Buffer.from('hello world'));
    await viewer.over;
    expect(viewer.bytes.toString()).toBe('world');
  });

  it('gives an ended log whole, from row and sealed form alike', async () => {
    const large = randomBytes(2_500_000);
    await sendAll(owner.logs, 1, large);
    await end(large);
    await until('the log is sealed', () => owner.stored.get(first)?.sealed);
    const viewer = watch(1_000_000);
    await viewer.over;
    expect(viewer.bytes.equals(large.subarray(1_000_000))).toBe(true);
    expect(viewer.end).toMatchObject({ state: 'complete', bytes: large.length });
  });

  it('joins history and news without a seam while the log grows', async () => {
    const large = randomBytes(6_000_000);
    await sendAll(owner.logs, 1, large.subarray(0, 3_000_000));
    const viewers = [0, 1, 2_000_000, 2_999_999].map(from => ({ from, seen: watch(from, 'every-byte') }));
    await sendAll(owner.logs, 1, large, 3_000_000);
    await end(large);
    for (const { from, seen } of viewers) {
      await seen.over;
      expect(seen.bytes.equals(large.subarray(from))).toBe(true);
    }
  });

  it('shares the appended bytes between viewers', async () => {
    const viewers = Array.from({ length: 50 }, () => watch());
    await until('all wait', () => viewers.every(viewer => viewer.items.length === 0));
    await send(owner.logs, 1, 0, Buffer.from('hello'));
    await until('all have it', () => viewers.every(viewer => viewer.bytes.length === 5));
    const buffers = viewers.flatMap(({ items }) =>
      items.flatMap(item => ('bytes' in item ? [item.bytes.buffer] : [])),
    );
    expect(new Set(buffers).size).toBe(1);
  });

  it('goes back to the start when the agent sends the log anew', async () => {
    const iterator = follow();
    await send(owner.logs, 1, 0, Buffer.from('wrong'));
    expect((await iterator.next()).value).toMatchObject({ offset: 0 });
    await owner.logs.verify(first, expectedOf(Buffer.from('right')));
    await send(owner.logs, 1, 0, Buffer.from('right'));
    const item = (await iterator.next()).value;
    expect(item).toMatchObject({ offset: 0 });
    expect(Buffer.from(item.bytes).toString()).toBe('right');
  });

  it('shows nothing of what was sent in between when it is sent anew twice', async () => {
    const iterator = follow();
    const begun = iterator.next();
    await send(owner.logs, 1, 0, Buffer.from('wr'));
    expect((await begun).value).toMatchObject({ offset: 0 });
    for (const text of ['WRONG', 'right']) {
      await owner.logs.verify(first, { bytes: 2, sha256: '' });
      await send(owner.logs, 1, 0, Buffer.from(text));
    }
    const { value } = await iterator.next();
    expect([value.offset, Buffer.from(value.bytes).toString()]).toEqual([0, 'right']);
  });

  it('ends quietly when the viewer leaves, and when the owner closes', async () => {
    const viewer = watch();
    stop.abort();
    await viewer.over;
    stop = new AbortController();
    const other = watch();
    await owner.restart();
    await other.over;
    expect([viewer.end, other.end]).toEqual([null, null]);
  });

  it('refuses the viewer that is one too many', async () => {
    const tails = Array.from({ length: limits.viewersPerLog }, () => follow().next());
    const last = follow().next();
    await expect(last).rejects.toMatchObject({ code: 'too-many-viewers' });
    stop.abort();
    expect((await Promise.all(tails)).every(item => item.done)).toBe(true);
  });
});

describe('a viewer that is too slow', () => {
  const lines = Buffer.from(Array.from({ length: 400_000 }, (_, n) => `${n} of many lines\n`).join(''));

  /** Takes one item, lets the whole log arrive, then goes on. */
  async function sleepThrough(mode: TailMode) {
    const iterator = follow(mode);
    await sendAll(owner.logs, 1, lines.subarray(0, 1_000));
    const awake = (await iterator.next()).value;
    await sendAll(owner.logs, 1, lines, 1_000);
    return { iterator, awake };
  }

  it('skips forward to the start of a line and knows what it missed', async () => {
    const { iterator, awake } = await sleepThrough('skip');
    // What was published while it slept fits or is cut: either way it goes on in order until it skips.
    let from = awake.bytes.length;
    let item = (await iterator.next()).value;
    if ('bytes' in item) [from, item] = [from + item.bytes.length, (await iterator.next()).value];
    expect(item.skipped.from).toBe(from);
    const { to } = item.skipped;
    expect(lines[to - 1]).toBe(10);
    expect(lines.length - to).toBeLessThanOrEqual(limits.viewerResumeBytes);
    const gap = await collect(owner.logs.read(first, { from, to }));
    expect(gap.toString().split('\n').length - 1).toBe(item.skipped.lines);
    expect((await iterator.next()).value).toMatchObject({ offset: to });
  });

  it('gets every byte when it asks for every byte', async () => {
    const { iterator, awake } = await sleepThrough('every-byte');
    const pieces: Uint8Array[] = [awake.bytes];
    await end(lines);
    for await (const item of { [Symbol.asyncIterator]: () => iterator })
      if ('bytes' in item) pieces.push(item.bytes);
    expect(Buffer.concat(pieces).equals(lines)).toBe(true);
  });

  it('does not hold up the owner or another viewer', async () => {
    await sleepThrough('skip');
    const fast = watch();
    await end(lines);
    await fast.over;
    expect(fast.bytes.equals(lines)).toBe(true);
  });
});
