/** Logs and artifacts of one repository that are old go, in small changes; what somebody keeps, and the newest of each branch, stays. */
import { setImmediate as turn } from 'node:timers/promises';
import type { ArtifactId, Instant, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import {
  type ArtifactPlace,
  findNewestArtifacts,
  listOldArtifacts,
  type OldArtifact,
  removeArtifacts,
} from '../store/old-artifacts.ts';
import { findOldLog, removeOldLogs } from '../store/old-logs.ts';
import type { Repository } from '../store/repositories.ts';
import type { Store, Tx } from '../store/store.ts';

export type OldParts = {
  store: Store;
  /** Whether what lands on a branch is tested: its newest artifacts are what somebody downloads. */
  isTested(repository: Repository, branch: string): boolean;
  now: () => Instant;
};

/** Of attempts that ended before `before`. @returns how many. */
export async function removeLogs(
  { store, now }: OldParts,
  { id }: Repository,
  before: Instant,
  signal: AbortSignal,
): Promise<number> {
  // Most of the time there is nothing, and a change would wait for the disk.
  if (!(await findOldLog(store.read, id, before))) return 0;
  const max = limits.rowsPerRemoval;
  let removed = 0;
  for (;;) {
    signal.throwIfAborted();
    const some = await store.write(tx => removeOldLogs(tx, id, { before, max, at: now() }));
    removed += some;
    if (some < max) return removed;
    await turn();
  }
}

/** Of those that came before `before`. @returns how many. */
export async function removeOldArtifacts(
  parts: OldParts,
  repository: Repository,
  before: Instant,
  signal: AbortSignal,
): Promise<number> {
  const { store } = parts;
  const batch = (tx: Tx, after: ArtifactPlace | null) =>
    listOldArtifacts(tx, repository.id, { before, after, max: limits.rowsPerRemoval });
  let removed = 0;
  for (let after: ArtifactPlace | null = null; ; ) {
    signal.throwIfAborted();
    const seen = await batch(store.read, after);
    const going = await whichGo(parts, store.read, repository, seen);
    // What was read is looked at once more in the change: a run may be kept by now.
    if (going.length > 0)
      removed += await store.write(async tx => {
        const still = new Set((await batch(tx, after)).map(({ id }) => id));
        const gone = going.filter(id => still.has(id));
        await removeArtifacts(tx, gone, parts.now());
        return gone.length;
      });
    const last: OldArtifact | undefined = seen.at(-1);
    if (!last || seen.length < limits.rowsPerRemoval) return removed;
    after = { createdAt: last.createdAt, id: last.id };
    await turn();
  }
}

async function whichGo(
  { isTested }: OldParts,
  tx: Tx,
  repository: Repository,
  artifacts: readonly OldArtifact[],
): Promise<ArtifactId[]> {
  const newest = new Map<string, RunId | null>();
  const going: ArtifactId[] = [];
  for (const { id, run, landed, suite, image } of artifacts) {
    if (landed === null || !isTested(repository, landed)) {
      going.push(id);
      continue;
    }
    const key = JSON.stringify([landed, suite, image]);
    if (!newest.has(key))
      newest.set(key, await findNewestArtifacts(tx, repository.id, { landed, suite, image }));
    if (newest.get(key) !== run) going.push(id);
  }
  return going;
}
