/** A commit that comes again: its run is there already. */
import type { Admission } from '#shared/trust.ts';
import type { Wake } from '../ground/wake.ts';
import { listJobsOfRun } from '../store/jobs.ts';
import { admitRun, type Run, trustRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { ChangeParts } from './intake-ports.ts';
import { needsFirst } from './suite-needs.ts';

/**
 * Takes up what Paddock itself had ended (a force-push back to an older commit, a reopened pull request, another one at the
 * commit of one that was closed). What failed stays as it is, and a redelivery changes nothing. `isNewHere`: the pull request
 * was not open at this commit before, so that what was cancelled is asked for anew, whoever cancelled it.
 */
export async function revive(
  { runs, applyToJob, now }: ChangeParts,
  tx: Tx,
  run: Run,
  isNewHere: boolean,
): Promise<Wake[]> {
  if (run.state.status === 'dropped')
    return (await runs.apply(tx, run.id, { type: 'rerun-requested', at: now() })).wakes;
  const wakes: Wake[] = [];
  for (const { id, state } of needsFirst(await listJobsOfRun(tx, run.id))) {
    if (state.status === 'cancelling')
      throw new Error(`job ${id} is still being cancelled; the delivery is handled again then`);
    const wasEndedByUs =
      state.status === 'settled' &&
      (state.outcome === 'superseded' || (isNewHere && state.outcome === 'cancelled'));
    if (wasEndedByUs) wakes.push(...(await applyToJob(tx, id, { type: 'rerun-requested', at: now() })).wakes);
  }
  return wakes;
}

/** Somebody with write access has pushed the very commit that a fork had offered: it is theirs now, and needs no approval. */
export async function vouch(
  parts: Pick<ChangeParts, 'applyToJob' | 'now'>,
  tx: Tx,
  run: Run,
  admission: Admission,
): Promise<Wake[]> {
  if (run.isTrusted) return [];
  await trustRun(tx, run.id, admission);
  const wakes = await letRun(parts, tx, run);
  // What could run nowhere because nobody was trusted with it can now.
  for (const { id, state } of needsFirst(await listJobsOfRun(tx, run.id)))
    if (state.status === 'settled' && state.outcome === 'errored' && state.lastAttempt === 0)
      wakes.push(...(await parts.applyToJob(tx, id, { type: 'rerun-requested', at: parts.now() })).wakes);
  return wakes;
}

/** A known author has brought the very commit that a stranger had offered: it runs, and is no more trusted for that. */
export async function admit(
  parts: Pick<ChangeParts, 'applyToJob' | 'now'>,
  tx: Tx,
  run: Run,
  admission: Admission,
): Promise<Wake[]> {
  const isSettled = run.isTrusted || run.admission?.runsAtOnce;
  if (isSettled || !admission.runsAtOnce) return [];
  await admitRun(tx, run.id, admission);
  return letRun(parts, tx, run);
}

async function letRun(
  { applyToJob, now }: Pick<ChangeParts, 'applyToJob' | 'now'>,
  tx: Tx,
  { id }: Run,
): Promise<Wake[]> {
  const wakes: Wake[] = [];
  for (const job of await listJobsOfRun(tx, id))
    wakes.push(...(await applyToJob(tx, job.id, { type: 'approved', at: now() })).wakes);
  return wakes;
}
