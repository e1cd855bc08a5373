import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { LogSocketFrame } from '#shared/api.ts';
import { type Lease, lease } from '#test/support/people/lease.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { watchLog } from '#test/support/people/watch.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';
import { until } from '#test/support/until.ts';

async function leaseOne(people: People, isPrivate = false): Promise<Lease> {
  const repository = await addRepository(people, {
    fullName: `acme/${isPrivate ? 'secret' : 'open'}`,
    isPrivate,
  });
  return lease(people, await addJob(people, await addRun(people, {}, repository)));
}

const types = (frames: { type: string }[]) => frames.map(({ type }) => type);
const complaints = ({ logged }: People) => logged.filter(({ level }) => level >= 40);

describe('a log that is watched', () => {
  test('comes whole, with its marks, as it is printed, and ends with its seal', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      await leased.stepStarts(0);
      await leased.print('one\n');
      const watch = await watchLog(people.url, leased.attempt);
      await until('the first line', () => watch.text() === 'one\n');
      await leased.print('two\n');
      await until('the second line', () => watch.text() === 'one\ntwo\n');
      await leased.stepEnds(0, 0);
      await leased.exit(0);
      expect(await watch.closed).toBe(1000);
      expect(watch.frames.at(-1)).toMatchObject({
        type: 'end',
        seal: { state: 'complete', bytes: 8, lines: 2 },
      });
      const marks = watch.frames.flatMap(frame => (frame.type === 'marks' ? frame.marks : []));
      expect(marks).toMatchObject([
        { type: 'step-started', offset: 0 },
        { type: 'step-ended', offset: 8 },
      ]);
    }));

  test('is gone on with from any byte, live and when it is over', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      await leased.print('0123456789');
      const fromHere = async (from: number | string) => {
        const watch = await watchLog(people.url, leased.attempt, `?from=${from}`);
        return watch;
      };
      const live = await fromHere(7);
      await until('the rest', () => live.text() === '789');
      expect(live.frames[0]).toMatchObject({ offset: 7 });
      await leased.exit(0);
      for (const [from, rest] of [
        [0, '0123456789'],
        [9, '9'],
        [10, ''],
        [500, ''],
        [-3, '0123456789'],
        ['x', '0123456789'],
      ] as const) {
        const watch = await fromHere(from);
        await watch.closed;
        expect([from, watch.text(), watch.frames.at(-1)?.type]).toEqual([from, rest, 'end']);
      }
    }));

  test('loses and repeats nothing, wherever the connection breaks', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      const printed = randomBytes(300_000).toString('base64');
      let seen = '';
      let isOver = false;
      const printing = (async () => {
        for (let at = 0; at < printed.length; at += 9_973) await leased.print(printed.slice(at, at + 9_973));
        await leased.exit(0);
      })();
      for (let tries = 0; !isOver && tries < 1_000; tries++) {
        const watch = await watchLog(people.url, leased.attempt, `?from=${seen.length}`);
        await until('something came', () => watch.frames.length > 0);
        isOver = watch.frames.some(({ type }) => type === 'end');
        watch.socket.terminate();
        seen += watch.text();
      }
      await printing;
      expect(seen === printed).toBe(true);
    }));

  test('begins with its last lines when that is asked for, and says how many it left out', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      await leased.print('one\ntwo\nthree\nfour\nfi');
      const watch = await watchLog(people.url, leased.attempt, '?last=2');
      await until('the last lines', () => watch.text() === 'four\nfi');
      expect(watch.frames[0]).toEqual({ type: 'skipped', from: 0, to: 14, lines: 3 });
      await leased.print('ve\n');
      await until('what follows', () => watch.text() === 'four\nfive\n');
      const all = await watchLog(people.url, leased.attempt, '?last=500');
      await until('all of it', () => all.text() === 'one\ntwo\nthree\nfour\nfive\n');
      expect(types(all.frames)).not.toContain('skipped');
    }));

  test('is not there for a stranger when it is private, nor when it is nobody’s', () =>
    withPeople(async people => {
      const secret = await leaseOne(people, true);
      await expect(watchLog(people.url, secret.attempt)).rejects.toThrow('404');
      await expect(watchLog(people.url, 'attempt_00000000000000000000000000')).rejects.toThrow('404');
      await expect(watchLog(people.url, 'nonsense')).rejects.toThrow('404');
      const watch = await watchLog(people.url, secret.attempt, '', { headers: people.admin });
      await secret.print('seen\n');
      await until('the administrator sees it', () => watch.text() === 'seen\n');
      expect(complaints(people)).toEqual([]);
    }));

  test('of which a reader takes nothing skips forward for it, and holds little', async () => {
    let frames = 0;
    await withPeople(
      async people => {
        const leased = await leaseOne(people);
        const watch = await watchLog(people.url, leased.attempt);
        watch.socket.pause();
        const line = `${'x'.repeat(99)}\n`;
        for (let printed = 0; printed < 40; printed++) await leased.print(line.repeat(10_000));
        // 40 MB were printed; what was sent is what the system's buffers take.
        expect(frames).toBeLessThan(100);
        watch.socket.resume();
        await leased.exit(0);
        await watch.closed;
        const skipped = watch.frames.filter(frame => frame.type === 'skipped');
        expect(skipped.length).toBeGreaterThan(0);
        expectWhole(watch.frames, 40_000_000, 400_000);
      },
      real => ({
        ...real,
        async *tail(...args) {
          for await (const frame of real.tail(...args)) {
            frames += 1;
            yield frame;
          }
        },
      }),
    );
  });

  test('of which a reader wants every byte waits for it', () =>
    withPeople(async people => {
      const leased = await leaseOne(people);
      const watch = await watchLog(people.url, leased.attempt, '?mode=every-byte');
      watch.socket.pause();
      for (let printed = 0; printed < 12; printed++) await leased.print('y'.repeat(1_000_000));
      await leased.exit(0);
      watch.socket.resume();
      await watch.closed;
      expect(types(watch.frames)).not.toContain('skipped');
      expectWhole(watch.frames, 12_000_000, 0);
    }));

  test('of a repository that has too many viewers says to come back', () =>
    withPeople(
      async people => {
        const leased = await leaseOne(people);
        expect(await (await watchLog(people.url, leased.attempt)).closed).toBe(1013);
        expect(complaints(people)).toEqual([]);
      },
      real => ({
        ...real,
        tail: () => failing(Object.assign(new Error('too many'), { code: 'too-many-viewers' })),
      }),
    ));

  test('that cannot be read closes the connection and says so in the log', () =>
    withPeople(
      async people => {
        const leased = await leaseOne(people);
        expect(await (await watchLog(people.url, leased.attempt)).closed).toBe(1011);
        expect(complaints(people)).toMatchObject([
          { msg: 'a live connection failed', err: { message: 'broken' } },
        ]);
      },
      real => ({ ...real, tail: () => failing(new Error('broken')) }),
    ));
});

const failing = (error: Error): AsyncIterable<LogSocketFrame> => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
});

/** Bytes and skips make up the whole log without a gap, and count its lines. */
function expectWhole(frames: LogSocketFrame[], bytes: number, lines: number): void {
  let offset = 0;
  let seen = 0;
  for (const frame of frames) {
    if (frame.type === 'bytes') {
      expect(frame.offset).toBe(offset);
      const content = Buffer.from(frame.bytes, 'base64');
      offset += content.length;
      for (const byte of content) if (byte === 10) seen += 1;
    } else if (frame.type === 'skipped') {
      expect(frame.from).toBe(offset);
      offset = frame.to;
      seen += frame.lines;
    }
  }
  expect([offset, seen]).toEqual([bytes, lines]);
}
