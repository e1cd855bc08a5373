/**
 * The life of a run until it has jobs: fetch the commit, read the suite file, plan. Invariant: a run is planned once for what
 * its commit is to be merged into; afterwards everything that happens to it happens to its jobs. For another base it is
 * planned again, and the jobs that it has stay.
 */
import { type Decision, decideBy, stale, type Table, unchanged } from './decision.ts';
import type { WorkRefusal } from './refusals/work.ts';
import type { FilePosition, RunEffect, RunEvent, RunState } from './run.ts';

type RunDecision = Decision<RunState, RunEffect>;

type Planned = { plannedAt?: number | undefined };

const before = ({ plannedAt }: Planned) => (plannedAt === undefined ? {} : { plannedAt });

const prepareAgain = (at: number, run: Planned = {}): RunDecision => ({
  state: { status: 'preparing', tries: 0, nextAt: at, message: null, ...before(run) },
  effects: [{ type: 'wake-preparation' }],
});

function refuse(
  run: Planned,
  refused: { at: number; message: string; position: FilePosition | null; refusal: WorkRefusal },
): RunDecision {
  const { at, message, position, refusal } = refused;
  return {
    state: { status: 'refused', at, message, position, refusal, ...before(run) },
    effects: [
      ...(run.plannedAt === undefined ? [] : [{ type: 'end-reopened' as const, message, refusal }]),
      { type: 'publish-refusal', message },
    ],
  };
}

const cancelJobs = (
  state: RunState,
  { reason, message }: Extract<RunEvent, { type: 'cancel-requested' }>,
): RunDecision => ({ state, effects: [{ type: 'cancel-jobs', reason, message }] });

const over = () => stale('the run is no longer being prepared');

const table: Table<RunState, RunEvent, RunEffect> = {
  preparing: {
    planned: ({ plannedAt }, { at }) => ({
      state: { status: 'planned', at },
      // Of one that has jobs they say how it is.
      effects: plannedAt === undefined ? [{ type: 'withdraw-refusal' }] : [],
    }),
    refused: refuse,
    'found-empty': (_, { at, message }) => ({
      state: { status: 'empty', at, message },
      effects: [{ type: 'withdraw-refusal' }],
    }),
    'back-filled': () => unchanged('it will be planned with the image'),
    'base-changed': () => unchanged('it will be planned for what its base is then'),
    'preparation-failed': (run, { at, message, retryAt, refusal }) =>
      retryAt === null
        ? refuse(run, { at, message, position: null, refusal })
        : {
            state: { status: 'preparing', tries: run.tries + 1, nextAt: retryAt, message, ...before(run) },
            effects: [{ type: 'wake-preparation' }],
          },
    'cancel-requested': ({ plannedAt }, event) => {
      const { at, reason, message } = event;
      if (plannedAt !== undefined)
        return {
          state: { status: 'planned', at: plannedAt },
          // Jobs that have settled say nothing more.
          effects: [{ type: 'cancel-jobs', reason, message }, { type: 'publish-summary' }],
        };
      return { state: { status: 'dropped', at, reason, message }, effects: [] };
    },
    'rerun-requested': () => unchanged('the run is being prepared'),
  },
  planned: {
    planned: () => unchanged('already planned'),
    refused: over,
    'found-empty': over,
    'back-filled': run => ({ state: run, effects: [] }),
    'base-changed': (run, { at }) => ({
      state: { status: 'preparing', tries: 0, nextAt: at, message: null, plannedAt: run.at },
      effects: [{ type: 'reopen-plan' }, { type: 'wake-preparation' }],
    }),
    'preparation-failed': over,
    'cancel-requested': cancelJobs,
    'rerun-requested': run => ({ state: run, effects: [{ type: 'rerun-jobs' }] }),
  },
  refused: {
    planned: over,
    refused: () => unchanged('already refused'),
    'found-empty': over,
    'back-filled': over,
    'base-changed': (run, { at }) => prepareAgain(at, run),
    'preparation-failed': over,
    'cancel-requested': (run, event) =>
      run.plannedAt === undefined ? unchanged('the run has no jobs') : cancelJobs(run, event),
    'rerun-requested': (run, { at }) => prepareAgain(at, run),
  },
  empty: {
    planned: over,
    refused: over,
    'found-empty': () => unchanged('already found empty'),
    'back-filled': (_, { at }) => ({ state: { status: 'planned', at }, effects: [] }),
    'base-changed': (_, { at }) => prepareAgain(at),
    'preparation-failed': over,
    'cancel-requested': () => unchanged('the run has no jobs'),
    'rerun-requested': (_, { at }) => prepareAgain(at),
  },
  dropped: {
    planned: over,
    refused: over,
    'found-empty': over,
    'back-filled': over,
    'base-changed': () => unchanged('it will be planned for what its base is then'),
    'preparation-failed': over,
    'cancel-requested': () => unchanged('already dropped'),
    'rerun-requested': (_, { at }) => prepareAgain(at),
  },
};

/** The next state of a run and what the shell has to do about it; total over every status and event. */
export const decideRun = (state: RunState, event: RunEvent): RunDecision => decideBy(table, state, event);
