import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Blobs } from '#coordinator/blobs/blobs.ts';
import type { LiveFile, LogFiles } from '#coordinator/logs/log-files.ts';
import { until } from '#test/support/until.ts';
import { attemptOf, collect, expectedOf, first, type Owner, send, sendAll, startOwner } from './owner.ts';

let owner: Owner;
afterEach(() => owner.stop());

const large = randomBytes(1_300_000);

/** Lets `name` fail at its `nth` call and after, until it is mended. */
function breakable() {
  let broken: { name: string; from: number; error: Error } | null = null;
  const calls = new Map<string, number>();
  const pass = (name: string) => {
    const count = (calls.get(name) ?? 0) + 1;
    calls.set(name, count);
    if (broken?.name === name && count >= broken.from) throw broken.error;
  };
  return {
    pass,
    calls: (name: string) => calls.get(name) ?? 0,
    breakAt(name: string, error = new Error(`crash in ${name}`), nth = 1) {
      broken = { name, error, from: (calls.get(name) ?? 0) + nth };
    },
    mend: () => {
      broken = null;
    },
  };
}

type Breakable = ReturnType<typeof breakable>;

const breakingFile = (faults: Breakable, file: LiveFile): LiveFile => ({
  ...file,
  async write(bytes, at) {
    // Half of it arrives, as on a real disk.
    await file.write(bytes.subarray(0, bytes.length / 2), at);
    faults.pass('write');
    await file.write(bytes, at);
  },
  async sync() {
    faults.pass('sync');
    await file.sync();
  },
});

const breakingFiles =
  (faults: Breakable) =>
  (files: LogFiles): LogFiles => ({
    ...files,
    create: async attempt => breakingFile(faults, await files.create(attempt)),
    async open(attempt) {
      const found = await files.open(attempt);
      return found && { ...found, file: breakingFile(faults, found.file) };
    },
    async remove(attempt) {
      faults.pass('remove');
      await files.remove(attempt);
    },
  });

const breakingBlobs =
  (faults: Breakable) =>
  (blobs: Blobs): Blobs => ({
    ...blobs,
    async put(source, options) {
      faults.pass('before put');
      const stored = await blobs.put(source, options);
      faults.pass('after put');
      return stored;
    },
  });

async function startBreakable() {
  const faults = breakable();
  owner = await startOwner({ files: breakingFiles(faults), blobs: breakingBlobs(faults) });
  const record = owner.rows.recordSealed;
  owner.rows.recordSealed = async (...sealed) => {
    faults.pass('before record');
    const isRecorded = await record(...sealed);
    faults.pass('after record');
    return isRecorded;
  };
  return faults;
}

const isSealed = () =>
  until('the log is sealed and its live file gone', async () => {
    return owner.stored.get(first)?.sealed && (await readdir(owner.live)).length === 0;
  });

describe('sealing', () => {
  it.each(['before put', 'after put', 'before record', 'after record', 'remove'])(
    'is finished by the next start after a crash: %s',
    async step => {
      const faults = await startBreakable();
      await sendAll(owner.logs, 1, large);
      await owner.settle(1, large);
      faults.breakAt(step);
      await owner.logs.release(first);
      await until(`the crash in ${step}`, () => faults.calls(step) > 0);
      expect(large.equals(await collect(owner.logs.read(first)))).toBe(true);
      faults.mend();
      await owner.restart();
      await isSealed();
      expect(large.equals(await collect(owner.logs.read(first)))).toBe(true);
    },
  );

  it('is tried again by itself after a failure that may pass', async () => {
    const faults = await startBreakable();
    await sendAll(owner.logs, 1, large);
    await owner.settle(1, large);
    faults.breakAt('before put');
    await owner.logs.release(first);
    await until('a failed try', () => owner.reports.some(line => line.includes('tried again')));
    faults.mend();
    await isSealed();
  });

  it('is finished by the next start when the owner died between the end and its release', async () => {
    await startBreakable();
    await sendAll(owner.logs, 1, large);
    await owner.settle(1, large);
    await owner.restart();
    await isSealed();
    expect(large.equals(await collect(owner.logs.read(first)))).toBe(true);
  });

  it('leaves the log of an open attempt and a stranger alone', async () => {
    await startBreakable();
    owner.lease(2);
    await sendAll(owner.logs, 1, large);
    await sendAll(owner.logs, 2, large);
    owner.open.delete(attemptOf(2));
    await owner.restart();
    await until('the stranger is reported', () => owner.reports.some(line => line.includes('no attempt')));
    expect(await readdir(owner.live)).toEqual([`${first}.log`, `${attemptOf(2)}.log`]);
    expect(await owner.logs.verify(first, expectedOf(large))).toMatchObject({ ok: true });
  });

  it('does not record a log that another owner has taken over, and keeps the file', async () => {
    await startBreakable();
    await sendAll(owner.logs, 1, large);
    await owner.settle(1, large);
    owner.rows.recordSealed = async () => false;
    await owner.logs.release(first);
    await until('the refusal is reported', () =>
      owner.reports.some(line => line.includes('another coordinator')),
    );
    expect(owner.stored.get(first)?.sealed).toBe(null);
    expect(await readdir(owner.live)).toEqual([`${first}.log`]);
  });
});

describe('a failing disk', () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC', errno: -28 });

  it('that is full delays frames and loses nothing', async () => {
    const faults = await startBreakable();
    await sendAll(owner.logs, 1, large.subarray(0, 500_000));
    faults.breakAt('write', full);
    const refused = await send(owner.logs, 1, 500_000, large.subarray(500_000, 700_000));
    expect(refused).toMatchObject({ answer: 'later', message: expect.stringContaining('disk is full') });
    expect(await owner.logs.facts(first)).toMatchObject({ bytes: 500_000 });
    faults.mend();
    await sendAll(owner.logs, 1, large, 500_000);
    expect(await owner.logs.verify(first, expectedOf(large))).toMatchObject({ ok: true });
  });

  it('that is full when the log outgrows memory loses nothing either', async () => {
    const faults = await startBreakable();
    faults.breakAt('write', full);
    await send(owner.logs, 1, 0, large.subarray(0, 60_000));
    expect(await send(owner.logs, 1, 60_000, large.subarray(60_000, 90_000))).toMatchObject({
      answer: 'later',
    });
    expect(await owner.logs.facts(first)).toMatchObject({ bytes: 60_000 });
    faults.mend();
    await sendAll(owner.logs, 1, large, 60_000);
    expect(await owner.logs.verify(first, expectedOf(large))).toMatchObject({ ok: true });
  });

  it('that took half a frame before the owner died is answered for as it is', async () => {
    const faults = await startBreakable();
    await sendAll(owner.logs, 1, large.subarray(0, 500_000));
    faults.breakAt('write', full);
    await send(owner.logs, 1, 500_000, large.subarray(500_000, 700_000));
    faults.mend();
    await owner.restart();
    expect(await owner.logs.facts(first)).toMatchObject({ bytes: 600_000 });
    await sendAll(owner.logs, 1, large, 600_000);
    expect(await owner.logs.verify(first, expectedOf(large))).toMatchObject({ ok: true });
  });

  it('fails the verification, which may be repeated', async () => {
    const faults = await startBreakable();
    await sendAll(owner.logs, 1, large);
    faults.breakAt('sync');
    await expect(owner.logs.verify(first, expectedOf(large))).rejects.toThrow('crash in sync');
    faults.mend();
    expect(await owner.logs.verify(first, expectedOf(large))).toMatchObject({ ok: true });
  });

  it('that lost bytes after they were verified is reported, and the rest is kept', async () => {
    await startBreakable();
    await sendAll(owner.logs, 1, large);
    const { seal } = await owner.settle(1, large);
    const more = { ...seal, bytes: large.length + 1 };
    owner.store(1, { seal: more, inline: null, marks: [], sealed: null, removed: null });
    await owner.restart();
    await until('the damage is reported', () => owner.reports.some(line => line.includes('is damaged')));
    await expect(collect(owner.logs.read(first))).rejects.toMatchObject({ code: 'damaged' });
    expect(await readdir(owner.live)).toEqual([`${first}.log`]);
  });
});
