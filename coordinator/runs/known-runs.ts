/** A commit that comes again: its run is there already. */
import type { Change } from '../store/changes.ts';
import { listJobsOfRun } from '../store/jobs.ts';
import { type Run, trustRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import type { ChangeParts } from './intake-ports.ts';
import { needsFirst } from './suite-needs.ts';

/**
 * Takes up what Paddock itself had ended (a force-push back to an older commit, a reopened pull request). What failed, or
 * what somebody cancelled by hand, stays as it is: a redelivery must change nothing.
 */
export async function revive(
  { runs, applyToJob, now }: ChangeParts,
  tx: Tx,
  run: Run,
  isReopened: boolean,
): Promise<Wake[]> {
  if (run.state.status === 'dropped')
    return (await runs.apply(tx, run.id, { type: 'rerun-requested', at: now() })).wakes;
  const wakes: Wake[] = [];
  for (const { id, state } of needsFirst(await listJobsOfRun(tx, run.id))) {
    if (state.status === 'cancelling')
      throw new Error(`job ${id} is still being cancelled; the delivery is handled again then`);
    const wasEndedByUs =
      state.status === 'settled' &&
      (state.outcome === 'superseded' || (isReopened && state.outcome === 'cancelled'));
    if (wasEndedByUs) wakes.push(...(await applyToJob(tx, id, { type: 'rerun-requested', at: now() })).wakes);
  }
  return wakes;
}

/** Somebody with write access has pushed the very commit that a fork had offered: it is theirs now, and needs no approval. */
export async function vouch(
  { applyToJob, now }: ChangeParts,
  tx: Tx,
  run: Run,
  { isFork }: Pick<Change, 'isFork'>,
): Promise<Wake[]> {
  if (isFork || run.isTrusted) return [];
  await trustRun(tx, run.id);
  const wakes: Wake[] = [];
  for (const { id } of await listJobsOfRun(tx, run.id))
    wakes.push(...(await applyToJob(tx, id, { type: 'approved', at: now() })).wakes);
  return wakes;
}
