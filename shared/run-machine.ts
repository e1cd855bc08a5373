/**
 * The life of a run until it has jobs: fetch the commit, read the suite file, plan. Invariant: a run is planned once;
 * afterwards everything that happens to it happens to its jobs.
 */
import { type Decision, decideBy, stale, type Table, unchanged } from './decision.ts';
import type { RunEffect, RunEvent, RunState } from './run.ts';

type RunDecision = Decision<RunState, RunEffect>;

const prepareAgain = (at: number): RunDecision => ({
  state: { status: 'preparing', tries: 0, nextAt: at, message: null },
  effects: [{ type: 'wake-preparation' }],
});

const over = () => stale('the run is no longer being prepared');

const table: Table<RunState, RunEvent, RunEffect> = {
  preparing: {
    planned: (_, { at }) => ({
      state: { status: 'planned', at },
      effects: [{ type: 'withdraw-refusal' }],
    }),
    refused: (_, { at, message, position }) => ({
      state: { status: 'refused', at, message, position },
      effects: [{ type: 'publish-refusal', message }],
    }),
    'found-empty': (_, { at, message }) => ({
      state: { status: 'empty', at, message },
      effects: [{ type: 'withdraw-refusal' }],
    }),
    'back-filled': () => unchanged('it will be planned with the image'),
    'preparation-failed': (run, { at, message, retryAt }) =>
      retryAt === null
        ? {
            state: { status: 'refused', at, message, position: null },
            effects: [{ type: 'publish-refusal', message }],
          }
        : {
            state: { status: 'preparing', tries: run.tries + 1, nextAt: retryAt, message },
            effects: [{ type: 'wake-preparation' }],
          },
    'cancel-requested': (_, { at, reason, message }) => ({
      state: { status: 'dropped', at, reason, message },
      effects: [],
    }),
    'rerun-requested': () => unchanged('the run is being prepared'),
  },
  planned: {
    planned: () => unchanged('already planned'),
    refused: over,
    'found-empty': over,
    'back-filled': run => ({ state: run, effects: [] }),
    'preparation-failed': over,
    'cancel-requested': (run, { reason, message }) => ({
      state: run,
      effects: [{ type: 'cancel-jobs', reason, message }],
    }),
    'rerun-requested': run => ({ state: run, effects: [{ type: 'rerun-jobs' }] }),
  },
  refused: {
    planned: over,
    refused: () => unchanged('already refused'),
    'found-empty': over,
    'back-filled': over,
    'preparation-failed': over,
    'cancel-requested': () => unchanged('the run has no jobs'),
    'rerun-requested': (_, { at }) => prepareAgain(at),
  },
  empty: {
    planned: over,
    refused: over,
    'found-empty': () => unchanged('already found empty'),
    'back-filled': (_, { at }) => ({ state: { status: 'planned', at }, effects: [] }),
    'preparation-failed': over,
    'cancel-requested': () => unchanged('the run has no jobs'),
    'rerun-requested': (_, { at }) => prepareAgain(at),
  },
  dropped: {
    planned: over,
    refused: over,
    'found-empty': over,
    'back-filled': over,
    'preparation-failed': over,
    'cancel-requested': () => unchanged('already dropped'),
    'rerun-requested': (_, { at }) => prepareAgain(at),
  },
};

/** The next state of a run and what the shell has to do about it; total over every status and event. */
export const decideRun = (state: RunState, event: RunEvent): RunDecision => decideBy(table, state, event);
