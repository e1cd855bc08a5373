import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import {
  attemptOf,
  collect,
  expectedOf,
  first,
  markOf,
  type Owner,
  send,
  sendAll,
  startOwner,
} from './owner.ts';

let owner: Owner;
beforeEach(async () => {
  owner = await startOwner();
});
afterEach(() => owner.stop());

const small = Buffer.from('one\ntwo\nthree');
const large = randomBytes(300_000);

const sealedBlob = () => until('the log is sealed', () => owner.stored.get(first)?.sealed);
const liveFiles = () => readdir(owner.live);

describe('verifying a log', () => {
  it('answers the bytes of a small log and its seal, with the marks', async () => {
    await send(owner.logs, 1, 0, small, { marks: [markOf(0, 0)] });
    const verified = await owner.logs.verify(first, expectedOf(small));
    expect(verified).toEqual({
      ok: true,
      log: {
        seal: { state: 'complete', lines: 3, ...expectedOf(small) },
        inline: new Uint8Array(small),
        marks: [markOf(0, 0)],
        moments: [{ offset: 0, at: owner.clock.now }],
      },
    });
    expect(await liveFiles()).toEqual([]);
    expect(await owner.logs.verify(first, expectedOf(small))).toEqual(verified);
  });

  it('keeps a larger log in a private file', async () => {
    await sendAll(owner.logs, 1, large);
    const verified = await owner.logs.verify(first, expectedOf(large));
    expect(verified).toMatchObject({ ok: true, log: { inline: null } });
    const file = await stat(join(owner.live, `${first}.log`));
    expect([file.mode & 0o777, file.size]).toEqual([0o600, large.length]);
  });

  it('says from where bytes are missing', async () => {
    await send(owner.logs, 1, 0, small.subarray(0, 5));
    expect(await owner.logs.verify(first, expectedOf(small))).toEqual({ ok: false, from: 5 });
    await sendAll(owner.logs, 1, small, 5);
    expect(await owner.logs.verify(first, expectedOf(small))).toMatchObject({ ok: true });
  });

  it.each([
    ['small', small],
    ['large', large],
  ])('takes a %s log anew when its bytes are others', async (_, bytes) => {
    const wrong = Buffer.concat([Buffer.from('?'), bytes.subarray(1)]);
    await sendAll(owner.logs, 1, wrong);
    expect(await owner.logs.verify(first, expectedOf(bytes))).toEqual({ ok: false, from: 0 });
    await sendAll(owner.logs, 1, bytes);
    expect(await owner.logs.verify(first, expectedOf(bytes))).toMatchObject({ ok: true });
  });

  it('never lets go of bytes that were verified, whatever is claimed later', async () => {
    await sendAll(owner.logs, 1, large);
    await owner.logs.verify(first, expectedOf(large));
    expect(await owner.logs.verify(first, expectedOf(small))).toEqual({ ok: false, from: 0 });
    await owner.logs.sealPartial(first, 'lost');
    expect(await send(owner.logs, 1, 0, small)).toMatchObject({ answer: 'stored', bytes: large.length });
    await owner.settle(1, large);
    await owner.logs.release(first);
    await sealedBlob();
    expect(large.equals(await collect(owner.logs.read(first)))).toBe(true);
  });

  it('fills in marks that a restarted owner forgot', async () => {
    const marks = [markOf(0, 0), markOf(1, 4)];
    await send(owner.logs, 1, 0, small, { marks });
    await owner.restart();
    expect(await send(owner.logs, 1, 0, small)).toMatchObject({ marks: 0, epoch: 2 });
    const verified = await owner.logs.verify(first, { ...expectedOf(small), marks });
    expect(verified).toMatchObject({ ok: true, log: { marks } });
  });

  it('remembers bytes and marks of a log on disk over a restart', async () => {
    const marks = [markOf(0, 0), markOf(1, 4)];
    await sendAll(owner.logs, 1, large);
    await send(owner.logs, 1, large.length, Buffer.alloc(0), { marks });
    await owner.restart();
    const facts = await owner.logs.facts(first);
    expect(facts).toMatchObject({ bytes: large.length, marks, seal: null });
    expect(await owner.logs.verify(first, expectedOf(large))).toMatchObject({ ok: true });
  });

  it('accepts a log without a byte', async () => {
    const empty = Buffer.alloc(0);
    expect((await owner.settle(1, empty)).seal).toMatchObject({ state: 'complete', bytes: 0, lines: 0 });
    await owner.logs.release(first);
    expect(await owner.logs.facts(first)).toMatchObject({ bytes: 0, lines: 0 });
  });
});

describe('a log whose machine is lost', () => {
  it('is sealed partial, and takes no bytes while that is stored', async () => {
    await send(owner.logs, 1, 0, small);
    const log = await owner.logs.sealPartial(first, 'the machine is gone');
    expect(log.seal).toEqual({ state: 'partial', bytes: small.length, reason: 'the machine is gone' });
    expect(await send(owner.logs, 1, small.length, small)).toMatchObject({ answer: 'later' });
    owner.store(1, { ...log, sealed: null, removed: null });
    await owner.logs.release(first);
    expect(await owner.logs.facts(first)).toMatchObject({ bytes: small.length, lines: 3, seal: log.seal });
  });

  it('goes on when the attempt was not given up after all', async () => {
    await send(owner.logs, 1, 0, small);
    await owner.logs.sealPartial(first, 'lost');
    owner.clock.now += limits.leaseMs + 1;
    expect(await send(owner.logs, 1, small.length, small)).toMatchObject({ answer: 'later' });
    expect(await send(owner.logs, 1, small.length, small)).toMatchObject({ answer: 'stored' });
    const both = Buffer.concat([small, small]);
    expect(await owner.logs.verify(first, expectedOf(both))).toMatchObject({ ok: true });
  });

  it('may have no log at all', async () => {
    const log = await owner.logs.sealPartial(first, 'it never started');
    expect(log).toMatchObject({ seal: { bytes: 0 }, inline: new Uint8Array(), marks: [] });
  });

  it('is sealed with the large part that arrived', async () => {
    await sendAll(owner.logs, 1, large);
    const log = await owner.logs.sealPartial(first, 'lost');
    owner.store(1, { ...log, sealed: null, removed: null });
    await owner.logs.release(first);
    await sealedBlob();
    expect(large.equals(await collect(owner.logs.read(first)))).toBe(true);
  });
});

describe('after the end is stored', () => {
  it('a large log is sealed, its live file goes, and it reads the same', async () => {
    await sendAll(owner.logs, 1, large);
    await owner.settle(1, large);
    await owner.logs.release(first);
    expect(large.equals(await collect(owner.logs.read(first)))).toBe(true);
    await sealedBlob();
    await until('the live file is gone', async () => (await liveFiles()).length === 0);
    expect(large.equals(await collect(owner.logs.read(first)))).toBe(true);
    const part = await collect(owner.logs.read(first, { from: 1_000, to: 1_010 }));
    expect(part.equals(large.subarray(1_000, 1_010))).toBe(true);
  });

  it('a release before the end is stored changes nothing', async () => {
    await send(owner.logs, 1, 0, small);
    await owner.logs.release(first);
    expect(await send(owner.logs, 1, small.length, small)).toMatchObject({ bytes: 2 * small.length });
  });

  it('the same end is answered again, and nothing else', async () => {
    await send(owner.logs, 1, 0, small);
    const log = await owner.settle(1, small);
    await owner.logs.release(first);
    expect(await owner.logs.verify(first, expectedOf(small))).toEqual({ ok: true, log });
    expect(await owner.logs.verify(first, expectedOf(large))).toEqual({ ok: false, from: 0 });
    expect(await owner.logs.sealPartial(first, 'too late')).toEqual(log);
  });

  it('an unknown log is refused by name', async () => {
    const unknown = { code: 'unknown-log', attempt: attemptOf(7) };
    await expect(owner.logs.facts(attemptOf(7))).rejects.toMatchObject(unknown);
    await expect(collect(owner.logs.read(attemptOf(7)))).rejects.toMatchObject(unknown);
    await expect(owner.logs.sealPartial(attemptOf(7), 'lost')).rejects.toMatchObject(unknown);
  });
});
