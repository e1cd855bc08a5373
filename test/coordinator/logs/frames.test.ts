import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '#shared/limits.ts';
import {
  attemptOf,
  collect,
  expectedOf,
  first,
  machineOf,
  markOf,
  type Owner,
  ownerOf,
  send,
  sendAll,
  startOwner,
  us,
} from './owner.ts';

let owner: Owner;
beforeEach(async () => {
  owner = await startOwner();
});
afterEach(() => owner.stop());

const text = (bytes: string) => Buffer.from(bytes);
const stored = async (n = 1) => (await collect(owner.logs.read(attemptOf(n)))).toString();

describe('frames of a log', () => {
  it('are appended by offset, and the answer says how far the log is stored', async () => {
    expect(await send(owner.logs, 1, 0, text('hello '))).toEqual({
      answer: 'stored',
      bytes: 6,
      marks: 0,
      epoch: 1,
    });
    expect(await send(owner.logs, 1, 6, text('world'))).toMatchObject({ bytes: 11 });
    expect(await stored()).toBe('hello world');
  });

  it('may be repeated and may overlap; behind a gap nothing is taken', async () => {
    await send(owner.logs, 1, 0, text('hello '));
    expect(await send(owner.logs, 1, 0, text('hello '))).toMatchObject({ bytes: 6 });
    expect(await send(owner.logs, 1, 20, text('far'))).toMatchObject({ answer: 'stored', bytes: 6 });
    expect(await send(owner.logs, 1, 3, text('lo world'))).toMatchObject({ bytes: 11 });
    expect(await stored()).toBe('hello world');
  });

  it('carry marks by sequence: repeats and everything behind a gap wait', async () => {
    const [a, b, c] = [markOf(0, 0), markOf(1, 5), markOf(2, 9)];
    expect(await send(owner.logs, 1, 0, text('x'), { marks: [a] })).toMatchObject({ marks: 1 });
    expect(await send(owner.logs, 1, 1, text(''), { marks: [c] })).toMatchObject({ marks: 1 });
    expect(await send(owner.logs, 1, 1, text(''), { marks: [a, b, c] })).toMatchObject({ marks: 3 });
    expect((await owner.logs.facts(first)).marks).toEqual([a, b, c]);
  });

  it('of an attempt that is over, unknown, older or of another machine are fenced', async () => {
    expect(await send(owner.logs, 9, 0, text('x'))).toEqual({ answer: 'fenced' });
    expect(await send(owner.logs, 1, 0, text('x'), { number: 2 })).toEqual({ answer: 'fenced' });
    expect(await send(owner.logs, 1, 0, text('x'), { sender: 2 })).toEqual({ answer: 'fenced' });
    await owner.settle(1, text(''));
    await owner.logs.release(first);
    expect(await send(owner.logs, 1, 0, text('x'))).toEqual({ answer: 'fenced' });
    expect(owner.reports.some(line => line.includes('does not run the attempt'))).toBe(true);
  });

  it('are sent on to another owner, also when it took over while this one held the log', async () => {
    await send(owner.logs, 1, 0, text('x'));
    owner.open.set(first, { machine: machineOf(1), number: 1, owner: ownerOf(2), limitBytes: 10 });
    owner.clock.now += limits.renewalMs;
    expect(await send(owner.logs, 1, 1, text('x'))).toEqual({ answer: 'moved', owner: ownerOf(2) });
  });

  it('of a log that is longer than its agent was allowed are fenced', async () => {
    owner.open.set(first, { machine: machineOf(1), number: 1, owner: us, limitBytes: 10 });
    expect(await send(owner.logs, 1, 0, text('0123456789'))).toMatchObject({ bytes: 10 });
    expect(await send(owner.logs, 1, 10, text('x'))).toEqual({ answer: 'fenced' });
    expect(await stored()).toBe('0123456789');
  });

  it('that no agent sends are thrown out without an answer', async () => {
    const frame = { attempt: first, number: 1, offset: 0, marks: [] };
    const bad = { code: 'bad-frame' };
    await expect(owner.logs.onFrame(machineOf(1), 'no json', text(''))).rejects.toMatchObject(bad);
    await expect(owner.logs.onFrame(machineOf(1), '{"offset":-1}', text(''))).rejects.toMatchObject(bad);
    const tooLarge = owner.logs.onFrame(machineOf(1), JSON.stringify(frame), Buffer.alloc(262_145));
    await expect(tooLarge).rejects.toMatchObject(bad);
    const marks = Array.from({ length: 1_001 }, (_, seq) => markOf(seq, 0));
    await expect(send(owner.logs, 1, 0, text(''), { marks })).rejects.toMatchObject(bad);
  });
});

const stream = randomBytes(200_000);

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ from: fc.nat(stream.length), bytes: fc.nat(60_000) }) },
  { weight: 6, arbitrary: fc.record({ back: fc.nat(2_000), bytes: fc.nat(60_000) }) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
);

describe('any order of frames, repeats, overlaps, gaps and restarts', () => {
  it('leaves a prefix of the stream, and in the end the stream and its digest', async () => {
    let n = 1;
    const run = async (steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) => {
      owner.lease(++n);
      let known = 0;
      for (const each of steps) {
        if (each === 'restart') await owner.restart();
        else {
          const offset = 'from' in each ? each.from : Math.max(0, known - each.back);
          const answer = await send(owner.logs, n, offset, stream.subarray(offset, offset + each.bytes));
          known = answer.answer === 'stored' ? answer.bytes : 0;
        }
        const bytes = await collect(owner.logs.read(attemptOf(n)));
        expect(bytes.equals(stream.subarray(0, bytes.length))).toBe(true);
      }
      const verdict = await owner.logs.verify(attemptOf(n), expectedOf(stream));
      if (!verdict.ok) await sendAll(owner.logs, n, stream, verdict.from);
      expect((await owner.settle(n, stream)).seal).toMatchObject({
        state: 'complete',
        ...expectedOf(stream),
      });
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 12 }), run), { numRuns: 40 });
  });

  it('keeps frames that arrive at once in order', async () => {
    const frames = Array.from({ length: 40 }, (_, i) =>
      send(owner.logs, 1, i * 5_000, stream.subarray(i * 5_000, (i + 1) * 5_000)),
    );
    await Promise.all(frames);
    expect(await owner.logs.verify(first, expectedOf(stream))).toMatchObject({ ok: true });
  });
});
