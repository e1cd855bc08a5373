import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type Attempt,
  findAttempt,
  findRunningAttempt,
  findSealedLog,
  listAttemptsOfJob,
  listLastAttempts,
  listRecentDurations,
  readInlineLog,
  readLogMoments,
  saveAttempt,
  saveEndedLog,
  saveSealedLog,
} from '#coordinator/store/attempts.ts';
import { StaleRowError } from '#coordinator/store/errors.ts';
import { newId } from '#coordinator/store/new-id.ts';
import type { AttemptState, LogSeal, Mark } from '#shared/attempt.ts';
import type { AttemptEnd } from '#shared/job.ts';
import type { GuestPlatform } from '#shared/messages.ts';
import { failed, lost, passed, setupFailed } from '../job-samples.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addAttempt, addJob, at, digest } from './sample-rows.ts';

const complete: LogSeal = { state: 'complete', bytes: 3_000_000_000, lines: 40_000_000, sha256: digest(1) };
const partial: LogSeal = { state: 'partial', bytes: 12, reason: 'the machine vanished' };

const ends: AttemptEnd[] = [
  passed,
  failed,
  { reason: 'exited', exitCode: null, signal: 'SIGSEGV', step: 1, message: '' },
  { reason: 'timed-out', limit: 'total', step: 0, message: 'after 10 min' },
  { reason: 'timed-out', limit: 'idle', step: 0, message: '' },
  { reason: 'timed-out', limit: 'deadline', step: 3, message: '' },
  { reason: 'cancelled', message: 'by kim' },
  { reason: 'superseded', message: 'newer commit' },
  lost,
  setupFailed(true),
  setupFailed(false),
];

const ended = (end: AttemptEnd, log: LogSeal = complete): AttemptState => ({
  status: 'ended',
  at: at + 9_000,
  end,
  log,
});

const platform: GuestPlatform = {
  os: 'linux',
  arch: 'x64',
  node: 'v18.20.8',
  hostname: 'guest',
  git: null,
  agent: `sha256:${digest(2)}`,
};

const marks: Mark[] = [
  { type: 'step-started', seq: 0, at, offset: 0, step: 0 },
  { type: 'step-ended', seq: 1, at, offset: 90, step: 0, exitCode: null, signal: 'SIGKILL', lateBytes: 7 },
];

export function describeAttempts(name: string, openBench: OpenBench): void {
  describe(`${name}: attempts`, () => {
    const lab = useStore(openBench);
    const add = async (facts?: Parameters<typeof addAttempt>[1]): Promise<Attempt> => {
      const id = await lab.store.write(tx => addAttempt(tx, facts));
      return found(id);
    };
    const found = async (id: Attempt['id']): Promise<Attempt> => {
      const attempt = await findAttempt(lab.store.read, id);
      if (!attempt) throw new Error(`no attempt ${id}`);
      return attempt;
    };
    const save = (attempt: Attempt, facts: Partial<Attempt>) =>
      lab.store.write(tx => saveAttempt(tx, { ...attempt, ...facts }));

    it('begins as running, with the times of its job and its lease', async () => {
      const attempt = await add();
      expect(attempt).toMatchObject({
        number: 1,
        state: { status: 'running', phase: 'starting' },
        times: { queuedAt: at - 5_000, leasedAt: at, sourceAt: null, endedAt: null },
        platform: null,
        step: null,
        marks: [],
        version: 1,
      });
      expect(await findAttempt(lab.store.read, newId.attempt())).toBe(null);
    });

    it.each(['starting', 'source', 'steps', 'uploads', 'reporting'] as const)(
      'is read as it was saved while it is busy with %s',
      async phase => {
        const times = { ...(await add()).times, sourceAt: at + 1, stepsAt: at + 2, uploadsAt: at + 3 };
        const saved = await save(await add(), {
          state: { status: 'running', phase },
          times,
          platform,
          step: 0,
          marks,
        });
        expect(saved.version).toBe(2);
        expect(await found(saved.id)).toEqual(saved);
      },
    );

    it.each(ends)('is read as it was saved when it ended: $reason', async end => {
      const whole = await save(await add(), { state: ended(end) });
      const cut = await save(await add(), { state: ended(end, partial) });
      expect(await found(whole.id)).toEqual(whole);
      expect(await found(cut.id)).toEqual(cut);
    });

    it('is saved by one of two who loaded the same version', async () => {
      const attempt = await add();
      const results = await Promise.allSettled([save(attempt, { step: 1 }), save(attempt, { step: 2 })]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(results[1]).toMatchObject({ reason: expect.any(StaleRowError) });
      expect((await found(attempt.id)).step).toBe(1);
    });

    it('has a number of its own within its job', async () => {
      const job = await lab.store.write(tx => addJob(tx));
      await add({ job });
      await expect(add({ job })).rejects.toThrow();
    });

    it('is listed with the others of its job, and found as the last of it', async () => {
      const { read } = lab.store;
      const [job, other] = await lab.store.write(async tx => [await addJob(tx), await addJob(tx)] as const);
      const [second, first, foreign] = [
        await add({ job, number: 2 }),
        await add({ job, number: 1 }),
        await add({ job: other, number: 1 }),
      ];
      expect(await listAttemptsOfJob(read, job.id)).toEqual([first, second]);
      const last = await listLastAttempts(read, [job.id, other.id, newId.job()]);
      expect(last).toEqual(
        new Map([
          [job.id, second],
          [other.id, foreign],
        ]),
      );
      expect(await listLastAttempts(read, [])).toEqual(new Map());
    });

    it('is found by the machine it runs on, until it ends', async () => {
      const attempt = await add();
      expect(await findRunningAttempt(lab.store.read, attempt.machineId)).toEqual(attempt);
      await save(attempt, { state: ended(passed) });
      expect(await findRunningAttempt(lab.store.read, attempt.machineId)).toBe(null);
    });

    it.each([
      ['empty', new Uint8Array()],
      ['with every byte there is', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
      ['of 64 KiB', new Uint8Array(randomBytes(65_536))],
      ['cut out of a larger buffer', new Uint8Array(randomBytes(100)).subarray(10, 20)],
    ])('keeps a small log %s, byte for byte', async (_, bytes) => {
      const { id } = await add();
      expect(await readInlineLog(lab.store.read, id)).toBe(null);
      await lab.store.write(tx => saveEndedLog(tx, id, { inline: bytes, moments: [] }));
      const read = await readInlineLog(lab.store.read, id);
      expect(read?.constructor).toBe(Uint8Array);
      expect(read).toEqual(new Uint8Array(bytes));
    });

    it('keeps when the bytes of its log came', async () => {
      const { id } = await add();
      expect(await readLogMoments(lab.store.read, id)).toEqual([]);
      const moments = [
        { offset: 0, at },
        { offset: 3_000_000_000, at: at + 250 },
      ];
      await lab.store.write(tx => saveEndedLog(tx, id, { inline: null, moments }));
      expect(await readLogMoments(lab.store.read, id)).toEqual(moments);
    });

    it('knows where its sealed log is, as its owner said last', async () => {
      const { id, logOwner } = await add();
      const seal = (epoch: number, bytes: number, owner = logOwner) =>
        lab.store.write(tx => saveSealedLog(tx, id, owner, { sha256: digest(bytes), bytes, epoch }));
      expect(await findSealedLog(lab.store.read, id)).toBe(null);
      expect(await seal(1, 10, newId.coordinator())).toBe(false);
      expect(await seal(2, 20)).toBe(true);
      expect(await seal(1, 30)).toBe(false);
      expect(await seal(2, 40)).toBe(true);
      expect(await findSealedLog(lab.store.read, id)).toEqual({ sha256: digest(40), bytes: 40, epoch: 2 });
    });

    it('tells how long the last passed ones of an image took', async () => {
      const end = async (seconds: number, end: AttemptEnd, image = 'debian-12') => {
        const attempt = await add({ image });
        const times = { ...attempt.times, endedAt: at + seconds * 1_000 };
        await save(attempt, { state: ended(end), times });
      };
      await end(1, passed);
      await end(2, passed);
      await end(3, failed);
      await end(4, lost);
      await end(5, passed, 'netbsd');
      await end(6, passed);
      await add();
      expect(await listRecentDurations(lab.store.read, 'debian-12', 10)).toEqual([6_000, 2_000, 1_000]);
      expect(await listRecentDurations(lab.store.read, 'debian-12', 2)).toEqual([6_000, 2_000]);
      expect(await listRecentDurations(lab.store.read, 'plan9', 10)).toEqual([]);
    });
  });
}
