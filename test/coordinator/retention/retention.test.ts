/** What is kept how long, and what goes first where there is no room. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Blobs } from '#coordinator/blobs/blobs.ts';
import { openDirectoryBlobs } from '#coordinator/blobs/directory-blobs.ts';
import { roomMoments } from '#coordinator/retention/make-room.ts';
import { createRetention, type RetentionParts } from '#coordinator/retention/retention.ts';
import { findArtifact, insertArtifact, listArtifactsOfJobs } from '#coordinator/store/artifacts.ts';
import { type Attempt, findAttempt, saveAttempt, saveSealedLog } from '#coordinator/store/attempts.ts';
import { expectBlob } from '#coordinator/store/blob-rows.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { openStore, type Store } from '#coordinator/store/store.ts';
import type { ArtifactId, AttemptId } from '#shared/ids.ts';
import { addAttempt, addJob, addRepository, addRun, at, commit } from '#test/contract/store/sample-rows.ts';

let dir: string;
let store: Store;
let blobs: Blobs;
let now: number;
const said: string[] = [];
const owner = newId.coordinator();
const dayMs = 86_400_000;
const hourMs = 3_600_000;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'paddock-retention-'));
  store = await openStore({ type: 'sqlite', file: path.join(dir, 'db') });
  blobs = await openDirectoryBlobs(path.join(dir, 'blobs'));
  now = at;
  said.length = 0;
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true });
});

const retention = (facts: Partial<RetentionParts> = {}) =>
  createRetention({
    ...{ store, blobs, maxBytes: null, isTested: () => true, now: () => now, forgetTests: async () => 0 },
    keptOf: (_, kind) => (kind === 'logs' ? 90 : 30),
    days: { deliveries: 30, tests: 90, history: 365 },
    report: { info: (_, message) => void said.push(message), warn: (_, message) => void said.push(message) },
    ...facts,
  });
const removeOld = (facts: Partial<RetentionParts> = {}) =>
  retention(facts).removeOld(new AbortController().signal);

type Left = { attempt: AttemptId; artifact: ArtifactId; log: string; file: string };
let jobs = 0;

/** A job that ended now with a sealed log and an artifact of its own, of `bytes` each. */
async function left(
  facts: { landed?: boolean; repository?: string; suite?: string; bytes?: number } = {},
): Promise<Left> {
  const { landed = false, repository: fullName = 'acme/rocket', suite = 'unit', bytes = 10 } = facts;
  const n = ++jobs;
  const log = await blobs.put(Buffer.from(`log ${n}`.padEnd(bytes)));
  const file = await blobs.put(Buffer.from(`file ${n}`.padEnd(bytes)));
  return store.write(async tx => {
    for (const blob of [log, file]) await expectBlob(tx, blob);
    const repository = await addRepository(tx, { fullName });
    const purpose = landed ? 'landed' : 'manual';
    const run = await addRun(
      tx,
      { repositoryId: repository.id, purpose, ref: 'main', commit: commit(n) },
      now,
    );
    const job = await addJob(tx, { run, suite });
    const id = await addAttempt(tx, { job, logOwner: owner });
    const attempt = (await findAttempt(tx, id)) as Attempt;
    const end = { reason: 'exited', exitCode: 0, step: 0, message: '' } as const;
    const seal = { state: 'partial', bytes: 99, reason: 'lost' } as const;
    await saveAttempt(tx, { ...attempt, state: { status: 'ended', at: now, end, log: seal } });
    await saveSealedLog(tx, id, owner, { ...log, epoch: 1 });
    await insertArtifact(
      tx,
      { repositoryId: repository.id, jobId: job.id, attemptId: id, path: 'dist/a', ...file },
      now,
    );
    const [made] = await listArtifactsOfJobs(tx, [job.id]);
    if (!made) throw new Error('it was made');
    return { attempt: id, artifact: made.id, log: log.sha256, file: file.sha256 };
  });
}

/** Whether log and artifact are there; bytes and rows say the same. */
async function isThere({ attempt, artifact, log, file }: Left): Promise<[log: boolean, artifact: boolean]> {
  const rows = [
    (await findAttempt(store.read, attempt))?.logRemovedAt === null,
    (await findArtifact(store.read, artifact))?.removedAt === null,
  ];
  const bytes = [(await blobs.size(log)) !== null, (await blobs.size(file)) !== null];
  expect(bytes).toEqual(rows);
  return rows as [boolean, boolean];
}

describe('by age', () => {
  test('artifacts go after 30 days and logs after 90, each with its bytes', async () => {
    const first = await left();
    now += 30 * dayMs;
    await removeOld();
    expect(await isThere(first)).toEqual([true, true]);
    now += 1;
    const newer = await left();
    await removeOld();
    expect(await isThere(first)).toEqual([true, false]);
    now += 60 * dayMs;
    await removeOld();
    expect([await isThere(first), await isThere(newer)]).toEqual([
      [false, false],
      [true, false],
    ]);
    expect(said).toEqual(Array(2).fill('what was kept long enough is removed'));
    await removeOld();
    expect(said).toHaveLength(2);
  });

  test('what is to be kept for ever, or longer in one repository, is', async () => {
    const [kept, other] = [await left(), await left({ repository: 'acme/site' })];
    now += 5_000 * dayMs;
    const never = { deliveries: null, tests: null, history: null };
    const forgetTests = () => Promise.reject(new Error('tests are kept for ever'));
    await removeOld({
      days: never,
      forgetTests,
      keptOf: ({ fullName }) => (fullName === 'acme/rocket' ? null : 4_999),
    });
    expect([await isThere(kept), await isThere(other)]).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  test('the newest artifacts of each suite on a tested branch stay, until newer ones come', async () => {
    const [first, second] = [await left({ landed: true }), await left({ landed: true })];
    const other = await left({ landed: true, suite: 'package' });
    now += 31 * dayMs;
    const untested = { isTested: (_: object, branch: string) => branch !== 'main' };
    await removeOld();
    const artifacts = async () =>
      (await Promise.all([first, second, other].map(isThere))).map(([, artifact]) => artifact);
    expect(await artifacts()).toEqual([false, true, true]);
    const third = await left({ landed: true });
    await removeOld();
    expect(await artifacts()).toEqual([false, false, true]);
    await removeOld(untested);
    expect(await artifacts()).toEqual([false, false, false]);
    expect(await isThere(third)).toEqual([true, true]);
  });

  test('more than one change removes goes all the same', async () => {
    const many = await Promise.all(Array.from({ length: 3 }, () => left()));
    for (const { attempt } of many.slice(0, 1)) {
      const { jobId, repositoryId } = (await findAttempt(store.read, attempt)) as Attempt;
      await store.write(async tx => {
        for (let n = 0; n < 450; n++)
          await insertArtifact(
            tx,
            {
              repositoryId,
              jobId,
              attemptId: attempt,
              path: `many/${n}`,
              bytes: 1,
              sha256: many[0]?.file ?? '',
            },
            at,
          );
      });
    }
    now += 91 * dayMs;
    await removeOld();
    expect(await Promise.all(many.map(isThere))).toEqual(Array(3).fill([false, false]));
    const open = store.read.selectFrom('artifact').select('id').where('removed_at', 'is', null);
    expect(await open.execute()).toEqual([]);
  });
});

describe('by room', () => {
  test('the oldest go first, only as many as must, and the last hour stays', async () => {
    const all = [await left({ bytes: 1_000 })];
    for (let n = 0; n < 3; n++) {
      now += 6 * hourMs;
      all.push(await left({ bytes: 1_000 }));
    }
    const there = async () => (await Promise.all(all.map(isThere))).map(([log]) => log);
    await removeOld({ maxBytes: 8_000 });
    expect(await there()).toEqual([true, true, true, true]);
    await removeOld({ maxBytes: 5_000 });
    expect(await there()).toEqual([false, false, true, true]);
    expect(said.at(-1)).toContain('removed before their time');
    await removeOld({ maxBytes: 1 });
    expect(await there()).toEqual([false, false, false, true]);
    expect(said.at(-1)).toContain('nothing is left that may go');
  });

  test('the moments before which something goes reach from the oldest to an hour ago', () => {
    const moments = (oldest: number, end: number) => [...roomMoments(oldest, end)];
    expect(moments(0, hourMs)).toEqual([]);
    expect(moments(0, hourMs + 1)).toEqual([1]);
    expect(moments(0, 4 * hourMs)).toEqual([hourMs, 2 * hourMs, 3 * hourMs]);
    const year = moments(0, 365 * dayMs);
    expect([year.length, year.at(-1)]).toEqual([100, 365 * dayMs - hourMs]);
  });
});
