/**
 * Uploads, ends of attempts, sealed logs, removals and looks at loose blobs in any order, each stopped at any step by a kill: what
 * is named is there, and what nothing names is gone after one look.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createReceiver } from '#coordinator/artifacts/receive-upload.ts';
import type { Blobs } from '#coordinator/blobs/blobs.ts';
import { openDirectoryBlobs } from '#coordinator/blobs/directory-blobs.ts';
import { BlobError } from '#coordinator/blobs/errors.ts';
import { removeLooseBlobs } from '#coordinator/retention/loose-blobs.ts';
import { removeLogs, removeOldArtifacts } from '#coordinator/retention/remove-old.ts';
import { insertArtifact } from '#coordinator/store/artifacts.ts';
import { type Attempt, findAttempt, saveAttempt } from '#coordinator/store/attempts.ts';
import { isBlobNamed } from '#coordinator/store/blob-rows.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { findRepository } from '#coordinator/store/repositories.ts';
import { openStore, type Store } from '#coordinator/store/store.ts';
import { forgetUploads, listUploads } from '#coordinator/store/uploads.ts';
import { createArtifactRows } from '#coordinator/wiring/artifact-rows.ts';
import { createLogRows } from '#coordinator/wiring/log-rows.ts';
import type { AttemptId, RepositoryId } from '#shared/ids.ts';
import { sha256Of } from '#test/contract/blobs/blobs-contract.ts';
import { addAttempt, addJob, addRepository, addRun, at } from '#test/contract/store/sample-rows.ts';

/** So few that they are shared all the time; those of one story are of no other. */
const contentsOf = (story: number) => ['a', 'b'].map(text => Buffer.from(`${text}${story}`.repeat(50)));
const owner = newId.coordinator();
const never = new AbortController().signal;

class Killed extends Error {}

/** Before and after everything that others could see each act waits for its turn. */
function createGates() {
  const waiting = new Map<number, { go(): void; stop(): void }>();
  const pass = (act: number) =>
    new Promise<void>((go, fail) => waiting.set(act, { go, stop: () => fail(new Killed()) }));
  const wrap =
    (act: number) =>
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await pass(act);
      const result = await call(...args);
      await pass(act);
      return result;
    };
  return { waiting, wrap };
}

type World = { store: Store; blobs: Blobs; repository: RepositoryId; contents: Buffer[] };
type Act = {
  kind: 'upload' | 'pass' | 'fail' | 'seal' | 'remove' | 'look';
  content: 0 | 1;
  attempt: 0 | 1 | 2;
};

async function* bytesOf(bytes: Uint8Array) {
  yield bytes;
}

async function perform(
  { store, blobs, repository, contents }: World,
  attempts: AttemptId[],
  act: Act,
): Promise<void> {
  const [bytes, attempt] = [contents[act.content], attempts[act.attempt]];
  if (!bytes || !attempt) throw new Error('it was chosen');
  const parts = { store, blobs, isTested: () => false, now: () => at };
  switch (act.kind) {
    case 'upload': {
      const file = {
        path: `dist/${act.content}`,
        bytes: bytes.length,
        sha256: sha256Of(bytes),
        kind: 'artifact',
      } as const;
      const receiver = createReceiver(blobs, createArtifactRows(store), never, () => {});
      const { offset, isComplete } = await receiver.progressOf({ attempt, repository }, file);
      const body = bytesOf(bytes.subarray(offset));
      if (!isComplete)
        await receiver.append({ attempt, repository }, file, { from: offset, to: bytes.length }, body);
      return;
    }
    case 'pass':
    case 'fail':
      return store.write(async tx => {
        const known = (await findAttempt(tx, attempt)) as Attempt;
        if (known.state.status === 'ended') return;
        const end = { reason: 'exited', exitCode: 0, step: 0, message: '' } as const;
        const log = { state: 'partial', bytes: 3, reason: 'lost' } as const;
        const files = await listUploads(tx, attempt);
        await saveAttempt(tx, { ...known, state: { status: 'ended', at, end, log } });
        await forgetUploads(tx, attempt);
        const whose = { repositoryId: repository, jobId: known.jobId, attemptId: attempt };
        if (act.kind === 'pass')
          for (const { kind: _, ...file } of files)
            await insertArtifact(tx, { ...whose, ...file, path: file.sha256 }, at);
      });
    case 'seal': {
      const rows = createLogRows(store, 1, async () => '');
      using held = new DisposableStack();
      const blob = await blobs.put(bytes, {
        async announce(coming) {
          held.use(await blobs.hold(coming.sha256));
          await rows.expectBlob(coming);
        },
      });
      await rows.recordSealed(attempt, { owner, epoch: 1, blob });
      return;
    }
    case 'remove': {
      const found = await findRepository(store.read, repository);
      if (!found) throw new Error('it was added');
      await removeLogs(parts, found, at + 1, never);
      await removeOldArtifacts(parts, found, at + 1, never);
      return;
    }
    case 'look':
      await removeLooseBlobs(parts, never);
  }
}

/** Runs acts side by side; `turns` says who is next. @returns when all are over; with `killAt` they stop at that step. */
async function interleave(
  world: World,
  attempts: AttemptId[],
  acts: Act[],
  turns: number[],
  killAt: number | null,
) {
  const gates = createGates();
  const results = acts.map(async (act, index) => {
    const wrap = gates.wrap(index);
    const { store, blobs } = world;
    const seen: World = {
      ...world,
      store: { ...store, write: wrap(store.write) as Store['write'] },
      blobs: {
        ...blobs,
        put: wrap(blobs.put),
        size: wrap(blobs.size),
        uploads: {
          ...blobs.uploads,
          append: wrap(blobs.uploads.append),
          complete: wrap(blobs.uploads.complete),
        },
        removeUnwanted: (sha256, isUnwanted) => blobs.removeUnwanted(sha256, wrap(isUnwanted)),
      },
    };
    const begin = wrap(async () => {});
    const performed = begin().then(() => perform(seen, attempts, act));
    await performed.catch(error => {
      // Two requests of one sender: the later goes on, and the other is told.
      const isOvertaken = error instanceof BlobError && ['taken-over', 'missing'].includes(error.code);
      if (!(error instanceof Killed) && !isOvertaken) throw error;
    });
  });
  const all = Promise.allSettled(results).then(settled => settled);
  let isOver = false;
  void all.then(() => {
    isOver = true;
  });
  for (let step = 0; !isOver; ) {
    await turn();
    const waiting = [...gates.waiting.entries()].sort(([a], [b]) => a - b);
    if (waiting.length === 0) continue;
    if (killAt !== null && step >= killAt) {
      for (const [index, { stop }] of waiting) {
        gates.waiting.delete(index);
        stop();
      }
      continue;
    }
    const [index, { go }] = waiting[
      (turns[step % turns.length] ?? 0) % waiting.length
    ] as (typeof waiting)[number];
    gates.waiting.delete(index);
    step += 1;
    go();
  }
  for (const result of await all) if (result.status === 'rejected') throw result.reason;
}

/** Those of the story that are there. */
async function stored({ blobs, contents }: World): Promise<string[]> {
  const digests = contents.map(sha256Of);
  const sizes = await Promise.all(digests.map(sha256 => blobs.size(sha256)));
  return digests.filter((_, index) => sizes[index] !== null).sort();
}

async function named({ store, contents }: World): Promise<string[]> {
  const digests = contents.map(sha256Of);
  const answers = await Promise.all(digests.map(sha256 => isBlobNamed(store.read, sha256)));
  return digests.filter((_, index) => answers[index]).sort();
}

const act = fc.record<Act>({
  kind: fc.constantFrom('upload', 'upload', 'pass', 'fail', 'seal', 'seal', 'remove', 'look', 'look'),
  content: fc.constantFrom(0, 1),
  attempt: fc.constantFrom(0, 1),
});
const life = fc.record({
  acts: fc.array(act, { minLength: 1, maxLength: 4 }),
  turns: fc.array(fc.nat(20), { minLength: 1, maxLength: 40 }),
  killAt: fc.option(fc.nat(30), { freq: 2 }),
});

test('no blob that is named is lost, and none that nothing names outlives a look, whoever is killed when', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'paddock-retention-'));
  const store = await openStore({ type: 'sqlite', file: path.join(dir, 'db') });
  try {
    const { id: repository } = await store.write(tx => addRepository(tx));
    let stories = 0;
    const begin = async () => {
      const blobs = await openDirectoryBlobs(path.join(dir, 'blobs'));
      return { store, repository, blobs, contents: contentsOf(stories) };
    };
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), async lives => {
        stories += 1;
        const attempts = await store.write(async tx => {
          const run = await addRun(tx, { repositoryId: repository });
          const jobs = [await addJob(tx, { run, suite: 'a' }), await addJob(tx, { run, suite: 'b' })];
          return Promise.all(jobs.map(job => addAttempt(tx, { job, logOwner: owner })));
        });
        for (const { acts, turns, killAt } of lives) {
          const world = await begin();
          await interleave(world, attempts, acts, turns, killAt);
          expect(await stored(world)).toEqual(expect.arrayContaining(await named(world)));
        }
        const world = await begin();
        await removeLooseBlobs(world, never);
        expect(await stored(world)).toEqual(await named(world));
      }),
      { numRuns: 200 },
    );
  } finally {
    await store.close();
    await rm(dir, { recursive: true, force: true });
  }
}, 300_000);
