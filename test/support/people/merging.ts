/** Pull requests that are asked to be merged, in the states in which people find them. */
import { saveChange } from '#coordinator/store/changes.ts';
import { type BatchedEntry, insertMergeBatch, saveMergeLane } from '#coordinator/store/merge-batches.ts';
import { insertMergeEntry, type MergeEntry } from '#coordinator/store/merge-entries.ts';
import type { Repository } from '#coordinator/store/repositories.ts';
import type { RunId } from '#shared/ids.ts';
import type { MergeBatchState, MergeEntryState } from '#shared/merging.ts';
import { addRepository, addRun, commitOf } from './rows.ts';
import type { People } from './with-people.ts';

type Asked = { number: number; title?: string; state?: MergeEntryState; priority?: number };

/** A pull request that is asked to be merged; unless said otherwise only its turn is missing. */
export async function addAsked(
  people: People,
  { number, title = `Change ${number}`, state, priority = 0 }: Asked,
  repository?: Repository,
): Promise<MergeEntry> {
  const { id: repositoryId } = repository ?? (await addRepository(people));
  const at = people.clock.now;
  const headSha = commitOf(0xb0_000 + number);
  return people.store.write(async tx => {
    const change = await saveChange(tx, {
      ...{ repositoryId, number, title, author: 'octocat', authorId: 583_231, headRef: `change-${number}` },
      ...{ headSha, baseRef: 'main', baseSha: commitOf(1), isFork: false, state: 'open', updatedAt: at },
    });
    return insertMergeEntry(tx, {
      ...{ repositoryId, changeId: change.id, baseRef: 'main', headSha, priority, askedAt: at, nextAt: at },
      ask: { way: 'command', by: 'acme' },
      state: state ?? { status: 'waiting', since: at, why: null },
    });
  });
}

/** A batch of new pull requests with these numbers, and the run that tests it. */
export async function addBatch(
  people: People,
  numbers: readonly number[],
  {
    batch = run => ({ status: 'testing', run, reruns: 0 }),
    entry = (_, id) => ({ status: 'testing', since: people.clock.now, batch: id }),
  }: {
    batch?: (run: RunId) => MergeBatchState;
    entry?: (run: RunId, batch: Extract<MergeEntryState, { status: 'testing' }>['batch']) => MergeEntryState;
  } = {},
): Promise<RunId> {
  const repository = await addRepository(people);
  const title = `${numbers.map(number => `#${number}`).join(', ')} into main`;
  const run = await addRun(people, { purpose: 'merge-queue', title, author: 'merge queue' }, repository);
  const made = await people.store.write(tx =>
    insertMergeBatch(tx, {
      ...{ repositoryId: repository.id, baseRef: 'main', baseSha: commitOf(1), commit: run.commit },
      entries: [],
      state: batch(run.id),
      createdAt: people.clock.now,
    }),
  );
  const entries: BatchedEntry[] = [];
  for (const number of numbers) {
    const asked = await addAsked(people, { number, state: entry(run.id, made.id) }, repository);
    entries.push({
      ...{ entry: asked.id, change: asked.changeId, number, head: asked.headSha },
      commit: run.commit,
    });
  }
  const columns = { entries: JSON.stringify(entries) };
  await people.store.write(tx =>
    tx.updateTable('merge_batch').set(columns).where('id', '=', made.id).execute(),
  );
  return run.id;
}

/** A base branch that waits, and why. */
export async function pauseLane(people: People, message: string, nextAt: number): Promise<void> {
  const { id: repositoryId } = await addRepository(people);
  await people.store.write(tx =>
    saveMergeLane(tx, {
      ...{ repositoryId, baseRef: 'main', suspects: [], baseSha: null, failedRun: null },
      ...{ nextAt, message },
    }),
  );
}

const minute = 60_000;

/** Something in every state, with words as long as they come. */
export async function fillMerging(people: People): Promise<void> {
  const { clock } = people;
  const end = clock.now;
  clock.now = end - 50 * minute;
  const [at, lost] = [
    clock.now,
    'freebsd-14.4 errored: three machines were lost, on host-a, host-b and host-c',
  ];
  await addBatch(people, [110, 112], {
    batch: run => ({ status: 'abandoned', at, run, message: lost }),
    entry: () => ({ status: 'withdrawn', at, message: 'the pull request was closed' }),
  });
  const commit = commitOf(0xc0ffee);
  await addBatch(people, [113, 114, 115], {
    batch: run => ({ status: 'landed', at, run }),
    entry: () => ({ status: 'landed', at, commit, isToClose: false }),
  });
  await addBatch(people, [116], {
    batch: run => ({ status: 'failed', at, run, message: 'netbsd-10 failed: make check: exit 2' }),
    entry: run => ({
      ...{ status: 'ejected', at, reason: 'failed', run },
      message: 'it fails on what main has become',
    }),
  });
  clock.now = end - 9 * minute;
  await addBatch(people, [141, 142, 143, 144, 145, 146]);
  await addAsked(people, { number: 147, title: 'Mend the valve that leaks', priority: 5 });
  await addAsked(people, {
    number: 148,
    title: 'Sizes above 4 GiB, in every place where a size is read, added to another one or written',
  });
  const why = '2 of 6 jobs are not done: openbsd-7.9, netbsd-10';
  await addAsked(people, { number: 149, state: { status: 'waiting', since: clock.now, why } });
  clock.now = end;
  await pauseLane(people, 'GitHub could not be reached: connect ECONNREFUSED', end + 7 * minute);
}
