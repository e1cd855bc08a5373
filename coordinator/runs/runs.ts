/** The shell around the run's state machine: load → decide → save with its event, in the caller's transaction. */
import { isRejected, type Rejection } from '#shared/decision.ts';
import type { Instant, RunId } from '#shared/ids.ts';
import { isOutOfScope, isSatisfied, type JobRequest } from '#shared/job.ts';
import type { RunEffect, RunEvent } from '#shared/run.ts';
import { decideRun } from '#shared/run-machine.ts';
import type { Wake } from '../ground/wake.ts';
import { appendEvent } from '../store/events.ts';
import { type Job, listJobsOfRun } from '../store/jobs.ts';
import { findRun, type Run, saveRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { needsFirst } from './suite-needs.ts';

export type RunPorts = {
  /** Appends an `error` status on the summary context; must do nothing for repositories without a forge. */
  publishRefusal(tx: Tx, run: Run, message: string, at: Instant): Promise<Wake[]>;
  /** Replaces such a status by one that is green; does nothing where the commit has none. */
  withdrawRefusal(tx: Tx, run: Run, at: Instant): Promise<Wake[]>;
  /** What is required of the commit, all in all, as it is now. */
  publishSummary(tx: Tx, run: Run, at: Instant): Promise<Wake[]>;
  applyToJob(tx: Tx, job: Job['id'], event: JobRequest): Promise<{ wakes: Wake[] }>;
};

export type RunTransition = { run: Run; wakes: Wake[] } | { run: Run; rejected: Rejection; wakes: Wake[] };

export type Runs = {
  /** @throws Error when there is no such run: callers only know ids of rows. */
  apply(tx: Tx, id: RunId, event: RunEvent): Promise<RunTransition>;
  /** The same to a run that was loaded in this transaction. */
  applyTo(tx: Tx, run: Run, event: RunEvent, learned?: Learned): Promise<RunTransition>;
};

/** What reading the commit has brought to light, saved with the event. */
type Learned = Pick<Run, 'title' | 'warnings'> & Partial<Pick<Run, 'request'>>;

export function createRuns(ports: RunPorts): Runs {
  async function apply(tx: Tx, id: RunId, event: RunEvent): Promise<RunTransition> {
    const run = await findRun(tx, id);
    if (!run) throw new Error(`there is no run ${id}`);
    return applyTo(tx, run, event);
  }

  async function applyTo(tx: Tx, staleRun: Run, event: RunEvent, learned?: Learned): Promise<RunTransition> {
    const decision = decideRun(staleRun.state, event);
    if (isRejected(decision)) return { run: staleRun, rejected: decision.rejected, wakes: [] };
    const run = await saveRun(tx, { ...staleRun, ...learned, state: decision.state });
    const { at, type, ...data } = event;
    await appendEvent(tx, {
      at,
      type: `run.${type}`,
      run: run.id,
      data: { ...data, status: run.state.status },
    });
    const wakes: Wake[] = [{ type: 'changed', run: run.id }];
    for (const effect of decision.effects) wakes.push(...(await perform(tx, run, effect, at)));
    return { run, wakes };
  }

  async function perform(tx: Tx, run: Run, effect: RunEffect, at: Instant): Promise<Wake[]> {
    switch (effect.type) {
      case 'wake-preparation':
        return [{ type: 'preparation' }];
      case 'publish-refusal':
        return ports.publishRefusal(tx, run, effect.message, at);
      case 'withdraw-refusal':
        return ports.withdrawRefusal(tx, run, at);
      case 'cancel-jobs':
        return cancelJobs(tx, run, effect, at);
      case 'reopen-plan':
        // In this order: the summary is no success any more, also where no job was left out.
        return [
          ...(await toJobs(tx, run, { type: 'plan-reopened', at })),
          ...(await ports.publishSummary(tx, run, at)),
        ];
      case 'publish-summary':
        return ports.publishSummary(tx, run, at);
      case 'end-reopened':
        return endReopened(tx, run, effect, at);
      case 'rerun-jobs':
        return rerunJobs(tx, run, at);
    }
  }

  async function endReopened(
    tx: Tx,
    run: Run,
    { message, refusal }: Extract<RunEffect, { type: 'end-reopened' }>,
    at: Instant,
  ): Promise<Wake[]> {
    const event = { type: 'unplaceable', at, message, refusal } as const;
    const wakes: Wake[] = [];
    for (const { id, state } of await listJobsOfRun(tx, run.id))
      if (state.status === 'blocked' && state.on === 'plan')
        wakes.push(...(await ports.applyToJob(tx, id, event)).wakes);
    return wakes;
  }

  async function toJobs(tx: Tx, run: Run, event: JobRequest): Promise<Wake[]> {
    const wakes: Wake[] = [];
    for (const job of await listJobsOfRun(tx, run.id))
      wakes.push(...(await ports.applyToJob(tx, job.id, event)).wakes);
    return wakes;
  }

  /** What needs others before those: each ends for this reason, and none for one that it waited for. */
  async function cancelJobs(
    tx: Tx,
    run: Run,
    { reason, message }: Extract<RunEffect, { type: 'cancel-jobs' }>,
    at: Instant,
  ): Promise<Wake[]> {
    const event = { type: 'cancel-requested', at, reason, message } as const;
    const wakes: Wake[] = [];
    for (const { id } of needsFirst(await listJobsOfRun(tx, run.id)).toReversed())
      wakes.push(...(await ports.applyToJob(tx, id, event)).wakes);
    return wakes;
  }

  /**
   * A re-run of a run repeats what did not pass; when everything passed, it repeats every suite. What is out of scope stays
   * so, unless there is nothing else: then whoever asks means it.
   */
  async function rerunJobs(tx: Tx, run: Run, at: Instant): Promise<Wake[]> {
    // Suites stand before what needs them, so that this finds them under way and waits for them again.
    const jobs = needsFirst(await listJobsOfRun(tx, run.id));
    const unsatisfied = jobs.filter(({ state }) => !isSatisfied(state));
    const suites = jobs.filter(({ stage }) => stage === 'suite');
    const passed = suites.filter(({ state }) => !isOutOfScope(state));
    const again = [unsatisfied, passed].find(({ length }) => length > 0) ?? suites;
    const wakes: Wake[] = [];
    for (const { id } of again)
      wakes.push(...(await ports.applyToJob(tx, id, { type: 'rerun-requested', at })).wakes);
    return wakes;
  }

  return { apply, applyTo };
}
