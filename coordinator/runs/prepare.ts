/**
 * Runs that are `preparing`: fetch the commit, read its suite file, plan the jobs. Level-triggered over the store, so a
 * coordinator that was killed half-way prepares the same run again and finds its commit already there. Runs are prepared
 * beside each other: a repository that cannot be reached keeps nobody else waiting.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { refusedFor } from '#shared/refusals/work.ts';
import { type Loop, startLoop } from '../ground/loop.ts';
import type { Wake } from '../ground/wake.ts';
import { findChangeById } from '../store/changes.ts';
import { findRepository, type Repository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { findRun, listRunsToPrepare, nextPreparationAt, type Run } from '../store/runs.ts';
import { compareLandings, type Landings } from './landings.ts';
import { planFromCommit } from './plan-from-commit.ts';
import type { CommitRange, PrepareParts, SourceFailure } from './prepare-ports.ts';
import { readSource } from './read-source.ts';

/** Starts preparing. Wake it after every commit that made a run. Closing it waits for what is under way. */
export function startPreparation(parts: PrepareParts): Loop {
  const { store, now, report } = parts;
  const underWay = new Map<RunId, Promise<void>>();
  const closing = new AbortController();

  async function tick(): Promise<number | null> {
    const at = now();
    const due = await listRunsToPrepare(store.read, at, limits.preparationsAtOnce);
    for (const id of due)
      if (!underWay.has(id) && underWay.size < limits.preparationsAtOnce) underWay.set(id, attend(id));
    const nextAt = await nextPreparationAt(store.read, at);
    return nextAt === null ? null : Math.max(0, nextAt - now());
  }

  /** Whoever was due and found no place has one now. */
  function leave(id: RunId): void {
    const wasFull = underWay.size >= limits.preparationsAtOnce;
    underWay.delete(id);
    if (wasFull) loop.wake();
  }

  async function attend(id: RunId): Promise<void> {
    try {
      const run = await findRun(store.read, id);
      const wakes = run?.state.status === 'preparing' ? await prepareRun(parts, run, closing.signal) : [];
      leave(id);
      // Runs that this one has made, or when to try it again.
      if (wakes.some(({ type }) => type === 'preparation')) loop.wake();
      parts.wakeUp(wakes);
    } catch (error) {
      if (closing.signal.aborted) return leave(id);
      report.error({ err: error, run: id }, `run ${id} could not be prepared; trying again`);
      await pause(limits.retryFirstMs, undefined, { signal: closing.signal }).catch(() => undefined);
      leave(id);
      loop.wake();
    }
  }

  const loop = startLoop({
    tick,
    onError: error => report.error({ err: error }, 'runs to prepare could not be read; trying again'),
  });
  return {
    wake: loop.wake,
    async close() {
      closing.abort();
      await loop.close();
      await Promise.all(underWay.values());
    },
  };
}

/** Everything that takes time comes before the transaction; what is decided there is decided on the rows of that moment. */
async function prepareRun(parts: PrepareParts, run: Run, signal: AbortSignal): Promise<Wake[]> {
  const { store, ports } = parts;
  const repository = await findRepository(store.read, run.repositoryId);
  if (!repository) throw new Error(`run ${run.id} has no repository`);
  const failure = await ports.ensureCommit(repository, run, signal);
  if (failure) return postpone(parts, run, failure);
  const landings = await compareLandings(parts, repository, run, signal);
  const earlier = await earlierCommits(parts, repository, run, signal);
  if ('failure' in earlier) return postpone(parts, run, earlier.failure);
  const source = await readSource(parts, landings ? sinceBefore(run, landings) : run, repository, signal);
  if ('failure' in source) return postpone(parts, run, source.failure);
  signal.throwIfAborted();
  return planFromCommit(parts, { runId: run.id, repository, source, earlier, landings });
}

/** What ends with it has shown nothing of what it changed. */
const sinceBefore = (run: Run, { before }: Landings): Run => ({
  ...run,
  request: { ...run.request, before },
});

/** Without the wish to test each of them there are none. */
async function earlierCommits(
  { store, ports }: PrepareParts,
  repository: Repository,
  run: Run,
  signal: AbortSignal,
): Promise<CommitRange | { failure: SourceFailure }> {
  const { since } = run.request;
  if (!since) return { commits: [], isCut: false };
  const of = run.purpose === 'change' ? run.changeId : null;
  const change = of && (await findChangeById(store.read, of));
  const base = change && { ref: change.baseRef, commit: change.baseSha };
  const range = await ports.commitsSince(repository, run, base, since, limits.commitsPerPush, signal);
  if ('failure' in range) return range;
  return { ...range, commits: range.commits.filter(commit => commit !== run.commit) };
}

async function postpone(
  { store, role, runs, refused = () => {}, now, random }: PrepareParts,
  run: Run,
  { message, isPermanent }: SourceFailure,
): Promise<Wake[]> {
  const tries = run.state.status === 'preparing' ? run.state.tries : 0;
  const isLast = isPermanent || tries + 1 >= limits.prepareTries;
  const delayMs = Math.min(limits.retryFirstMs * 2 ** tries, limits.retryMaxMs) * (0.75 + random() / 2);
  const at = now();
  const retryAt = isLast ? null : at + Math.round(delayMs);
  const refusal = refusedFor(isPermanent ? 'source-refused' : 'source-unreachable');
  const wakes = await store.write(async tx => {
    await assertRole(tx, role);
    const event = { type: 'preparation-failed', at, message, retryAt, refusal } as const;
    return (await runs.apply(tx, run.id, event)).wakes;
  });
  if (isLast) refused(refusal.code);
  return [...wakes, { type: 'preparation' }];
}
