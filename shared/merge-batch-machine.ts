/**
 * The life of a batch: its commit is tested, and pushed when it has passed and what it is built on has landed. Invariants: only
 * what has passed is pushed; what failed on top of others blames nobody before they have landed; once it is `landing` only the
 * base branch itself says how it ended; infrastructure never makes a batch fail.
 */
import { type Decision, decideBy, stale, type Table, unchanged } from './decision.ts';
import { limits } from './limits.ts';
import type { MergeBatchEffect, MergeBatchEvent, MergeBatchState } from './merging.ts';

type BatchDecision = Decision<MergeBatchState, MergeBatchEffect>;
type Event<Type extends MergeBatchEvent['type']> = Extract<MergeBatchEvent, { type: Type }>;

const isOver = () => stale('the batch is over');
const over = {
  passed: isOver,
  failed: isOver,
  'failed-ahead': isOver,
  'landing-started': isOver,
  'infrastructure-failed': isOver,
  abandoned: isOver,
  'push-failed': isOver,
};

const notPassed = () => stale('it has not passed');
const hasPassed = {
  passed: () => unchanged('it has passed'),
  failed: () => stale('it has passed'),
  'failed-ahead': () => stale('it has passed'),
  'infrastructure-failed': () => stale('it has passed'),
};

/** Whether it passed is asked of the jobs that count: others may still be queued or run, and end with it. */
const abandon = (
  { run }: MergeBatchState,
  { at, message }: Event<'abandoned' | 'infrastructure-failed'>,
): BatchDecision => ({
  state: { status: 'abandoned', at, run, message },
  effects: [{ type: 'end-run', message }, { type: 'release-entries' }],
});

const table: Table<MergeBatchState, MergeBatchEvent, MergeBatchEffect> = {
  testing: {
    passed: ({ run }) => ({ state: { status: 'passed', run }, effects: [] }),
    failed: ({ run }, { at, message }) => ({
      state: { status: 'failed', at, run, message },
      effects: [{ type: 'end-run', message }, { type: 'release-entries' }],
    }),
    'failed-ahead': ({ run }, { message }) => ({
      state: { status: 'doubtful', run, message },
      effects: [{ type: 'end-run', message }],
    }),
    'landing-started': notPassed,
    'infrastructure-failed': (batch, event) =>
      batch.reruns < limits.mergeReruns
        ? { state: { ...batch, reruns: batch.reruns + 1 }, effects: [{ type: 'rerun' }] }
        : abandon(batch, event),
    abandoned: abandon,
    'push-failed': () => stale('nothing is being pushed'),
    landed: notPassed,
  },
  passed: {
    ...hasPassed,
    'landing-started': ({ run }, { at }) => ({
      state: { status: 'landing', run, tries: 0, nextAt: at, message: null },
      effects: [{ type: 'push' }],
    }),
    abandoned: abandon,
    'push-failed': () => stale('nothing is being pushed'),
    landed: () => stale('nothing is being pushed'),
  },
  doubtful: {
    passed: () => stale('it has failed'),
    failed: ({ run }, { at, message }) => ({
      state: { status: 'failed', at, run, message },
      effects: [{ type: 'release-entries' }],
    }),
    'failed-ahead': () => unchanged('it has failed'),
    'landing-started': notPassed,
    'infrastructure-failed': () => stale('it has failed'),
    abandoned: abandon,
    'push-failed': () => stale('nothing is being pushed'),
    landed: notPassed,
  },
  landing: {
    ...hasPassed,
    'landing-started': () => unchanged('it is being pushed'),
    abandoned: abandon,
    'push-failed': (batch, { at, retryAt, message }) =>
      retryAt === null
        ? {
            state: { status: 'abandoned', at, run: batch.run, message },
            effects: [
              { type: 'end-run', message },
              { type: 'eject-entries', message },
            ],
          }
        : {
            state: { ...batch, tries: batch.tries + 1, nextAt: retryAt, message },
            effects: [{ type: 'push' }],
          },
    landed: ({ run }, { at }) => ({ state: { status: 'landed', at, run }, effects: [] }),
  },
  landed: { ...over, landed: () => unchanged('it has landed') },
  failed: { ...over, landed: isOver },
  abandoned: { ...over, landed: isOver },
};

/** The next state of a batch and what the shell has to do about it; total over every status and event. */
export const decideMergeBatch = (state: MergeBatchState, event: MergeBatchEvent): BatchDecision =>
  decideBy(table, state, event);
