import { truncateSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { SpoolCutError } from '#agent/guest/logs/errors.ts';
import { coordinatorId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { LogFrameAnswer } from '#shared/log-frame.ts';
import { until } from '#test/support/until.ts';
import { linesOf, mark, sha256, withLogBench } from './log-bench.ts';

const later: LogFrameAnswer = { answer: 'later', message: 'disk full' };
const other = coordinatorId.parse('coordinator_01h455vb4pex5vsknk084sn02q');

test('what is written arrives while the step runs, and the end tells length, lines and digest', () =>
  withLogBench(async ({ spool, owner, stream }) => {
    const log = stream();
    spool.append(Buffer.from('one\ntwo'));
    await until('the first bytes arrive by themselves', () => owner.bytes.toString() === 'one\ntwo');
    spool.append(Buffer.from('\nthree'));
    expect(await log.finish()).toEqual({
      state: 'complete',
      bytes: 13,
      lines: 3,
      sha256: sha256(Buffer.from('one\ntwo\nthree')),
    });
    expect(owner.bytes.toString()).toBe('one\ntwo\nthree');
  }));

test('an empty log is complete', () =>
  withLogBench(async ({ stream }) => {
    expect(await stream().finish()).toEqual({
      state: 'complete',
      bytes: 0,
      lines: 0,
      sha256: sha256(Buffer.of()),
    });
  }));

test('many megabytes arrive as they are, in frames within the bound', () =>
  withLogBench(async ({ spool, owner, stream }) => {
    const bytes = linesOf(5_000_000);
    spool.append(bytes);
    expect(await stream().finish()).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes) });
    expect(owner.bytes.equals(bytes)).toBe(true);
    expect(Math.max(...owner.frames.map(frame => frame.bytes.length))).toBe(limits.logFrameBytes);
  }));

test('frames do not wait for each other, but no more than the window is on its way', () =>
  withLogBench(async ({ spool, owner, stream, answering }) => {
    const bytes = linesOf(4_000_000);
    let [unanswered, most] = [0, 0];
    answering(async frame => {
      unanswered += frame.bytes.length;
      most = Math.max(most, unanswered);
      const isLast = frame.offset + frame.bytes.length === bytes.length;
      await until('the window is full', () => isLast || most === 700_000, { everyMs: 1 });
      unanswered -= frame.bytes.length;
      return owner.store(frame);
    });
    spool.append(bytes);
    await stream({ windowBytes: 700_000 }).finish();
    expect(most).toBe(700_000);
  }));

test('secrets do not leave, and the length stays', () =>
  withLogBench(
    async ({ spool, owner, stream }) => {
      const log = stream();
      spool.append(Buffer.from('the pass'));
      await until('the harmless part arrives', () => owner.bytes.toString() === 'the ');
      spool.append(Buffer.from('word, a pas'));
      expect(await log.finish()).toMatchObject({ bytes: 19 });
      expect(owner.bytes.toString()).toBe('the ********, a pas');
    },
    { secrets: ['password'] },
  ));

test('marks arrive once, in order, also without bytes', () =>
  withLogBench(async ({ owner, stream }) => {
    const log = stream();
    log.addMark(mark(0));
    await until('the first mark arrives', () => owner.marks.length === 1);
    log.addMark(mark(1));
    await log.finish();
    expect(owner.frames.flatMap(frame => frame.marks.map(({ seq }) => seq))).toEqual([0, 1]);
    expect(() => log.addMark(mark(5))).toThrow('mark 5 came where 2 was due');
  }));

test('an owner that lost bytes and marks gets them again, and the digest counts them once', () =>
  withLogBench(async ({ spool, owner, stream, answering }) => {
    const bytes = linesOf(3_000_000);
    answering((frame, count) => {
      if (count === 5) owner.crash(100_001);
      return owner.store(frame);
    });
    const log = stream();
    log.addMark(mark(0));
    spool.append(bytes);
    expect(await log.finish()).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes) });
    expect(owner.bytes.equals(bytes)).toBe(true);
    expect(owner.marks.map(({ seq }) => seq)).toEqual([0]);
  }));

test.each([
  ['the request fails', () => Promise.reject(new Error('no connection'))],
  ['the owner says later', () => later],
])('a frame is repeated when %s', (_, trouble) =>
  withLogBench(async ({ spool, owner, stream, answering }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      answering((frame, count) => (count <= 3 ? trouble() : owner.store(frame)));
      const bytes = linesOf(1_000_000);
      spool.append(bytes);
      const finished = stream().finish();
      await vi.waitFor(async () => {
        await vi.advanceTimersByTimeAsync(500);
        expect(owner.bytes.equals(bytes)).toBe(true);
      });
      expect(await finished).toMatchObject({ state: 'complete', sha256: sha256(bytes) });
    } finally {
      vi.useRealTimers();
    }
  }),
);

test('a frame whose answer was lost does no harm', () =>
  withLogBench(async ({ spool, owner, stream, answering }) => {
    answering((frame, count) => {
      const answer = owner.store(frame);
      if (count === 2) throw new Error('answer lost');
      return answer;
    });
    const bytes = linesOf(1_000_000);
    spool.append(bytes);
    expect(await stream().finish()).toMatchObject({ sha256: sha256(bytes) });
    expect(owner.bytes.equals(bytes)).toBe(true);
  }));

test('a new owner gets the log from where it says', () =>
  withLogBench(async ({ spool, owner, stream, answering }) => {
    const bytes = linesOf(1_000_000);
    const onMoved = vi.fn(() => owner.crash(0));
    answering((frame, count) => (count === 3 ? { answer: 'moved', owner: other } : owner.store(frame)));
    spool.append(bytes);
    expect(await stream({ onMoved }).finish()).toMatchObject({ sha256: sha256(bytes) });
    expect(onMoved.mock.calls).toEqual([[other]]);
    expect(owner.bytes.equals(bytes)).toBe(true);
  }));

test('a fenced log stops, says so once, and ends without a digest', () =>
  withLogBench(async ({ spool, stream, answering }) => {
    const onFenced = vi.fn();
    answering(() => ({ answer: 'fenced' }));
    spool.append(linesOf(1_000_000));
    const log = stream({ onFenced });
    expect(await log.finish()).toEqual({ state: 'fenced' });
    expect(await log.finish()).toEqual({ state: 'fenced' });
    expect(onFenced).toHaveBeenCalledTimes(1);
  }));

test.each([0, 1, 99_997, 300_000, 5_000_000])('after the end everything from %i is sent again', from =>
  withLogBench(
    async ({ spool, owner, stream }) => {
      spool.append(Buffer.from('my secret is '.repeat(30_000)));
      const log = stream();
      const end = await log.finish();
      const before = Buffer.from(owner.bytes);
      owner.crash(from);
      owner.frames.length = 0;
      expect(await log.resendFrom(from)).toEqual(end);
      expect(owner.bytes.equals(before)).toBe(true);
      expect(owner.frames[0]?.offset ?? before.length).toBe(Math.min(from, before.length));
    },
    { secrets: ['secret is'] },
  ),
);

test('what is past the limit of the spool is not sent', () =>
  withLogBench(
    async ({ spool, owner, stream }) => {
      expect(spool.append(Buffer.from('0123456789'))).toBe(false);
      expect(await stream().finish()).toMatchObject({ bytes: 4 });
      expect(owner.bytes.toString()).toBe('0123');
    },
    { limitBytes: 4 },
  ));

test('a spool that was cut is noticed', () =>
  withLogBench(async ({ spool, owner, stream }) => {
    const log = stream();
    spool.append(linesOf(1_000));
    await until('the bytes arrive', () => owner.bytes.length >= 1_000);
    truncateSync(spool.path, 10);
    await expect(log.finish()).rejects.toThrow(SpoolCutError);
  }));

test('closing ends a stream that waits for an answer, and tells who waits for its end', () =>
  withLogBench(async ({ spool, stream }) => {
    spool.append(Buffer.from('x'));
    const send = vi.fn(
      (_: unknown, signal: AbortSignal) =>
        new Promise<never>((__, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    );
    const log = stream({ send });
    const finished = expect(log.finish()).rejects.toThrow('closed after 0 answered bytes');
    await until('a frame is on its way', () => send.mock.calls.length === 1);
    await log.close();
    await finished;
  }));

test('the signal closes the stream', () =>
  withLogBench(async ({ stream, spool, answering }) => {
    const reason = new Error('enough');
    answering(() => later);
    spool.append(Buffer.from('x'));
    const abort = new AbortController();
    const log = stream({ signal: abort.signal });
    const finished = expect(log.finish()).rejects.toMatchObject({ code: 'log-stream-closed', cause: reason });
    abort.abort(reason);
    await finished;
  }));
