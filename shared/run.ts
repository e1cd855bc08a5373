import * as z from 'zod';
import { type Instant, instant } from './ids.ts';
import type { JobState, Outcome } from './job.ts';
import { type WorkRefusal, workRefusal } from './refusals/work.ts';

/**
 * Why a commit is tested. `change`: the head of a pull request. `landed`: a commit that reached a configured branch, by
 * merge or push. `manual`: somebody asked, from the command line. `merge-group`: what GitHub's own merge queue would make
 * of the base branch. `merge-queue`: what ours would, a commit that no forge has yet. (repository, commit, purpose) is the key of a run.
 */
export const runPurpose = z.enum(['change', 'landed', 'manual', 'merge-group', 'merge-queue']);
export type RunPurpose = z.infer<typeof runPurpose>;

/** Where in a file a mistake is; lines and columns count from 1. */
export const filePosition = z.object({ file: z.string(), line: z.number().int(), column: z.number().int() });
export type FilePosition = z.infer<typeof filePosition>;

export const runState = z.discriminatedUnion('status', [
  /** The commit is being fetched and its suite file read. `message` says why the last try did not do. */
  z.object({
    status: z.literal('preparing'),
    tries: z.number().int().nonnegative(),
    nextAt: instant,
    message: z.string().nullable(),
    /** When it was planned before: it has jobs, and may get more for another base. */
    plannedAt: instant.optional(),
  }),
  /** Jobs exist; what became of the run is theirs to say. */
  z.object({ status: z.literal('planned'), at: instant }),
  /** No job can come of it: bad suite file, no such commit. */
  z.object({
    status: z.literal('refused'),
    at: instant,
    message: z.string(),
    position: filePosition.nullable(),
    /** Rows of before this key have none. */
    refusal: workRefusal.optional(),
    plannedAt: instant.optional(),
  }),
  /** Nothing to do: no suite file and none registered, no image serves the repository. Visible here, silent on GitHub. */
  z.object({ status: z.literal('empty'), at: instant, message: z.string() }),
  /** Superseded or cancelled before it had jobs. */
  z.object({
    status: z.literal('dropped'),
    at: instant,
    reason: z.enum(['cancelled', 'superseded']),
    message: z.string(),
  }),
]);
export type RunState = z.infer<typeof runState>;

export const runStatus = z.enum(['preparing', 'planned', 'refused', 'empty', 'dropped']) satisfies z.ZodType<
  RunState['status']
>;

export type RunEvent =
  | { type: 'planned'; at: Instant }
  | {
      type: 'refused';
      at: Instant;
      message: string;
      position: z.infer<typeof filePosition> | null;
      refusal: WorkRefusal;
    }
  | { type: 'found-empty'; at: Instant; message: string }
  /** It gets jobs on an image that was not there when it was planned. */
  | { type: 'back-filled'; at: Instant }
  /** Its commit is to be merged into something else now. */
  | { type: 'base-changed'; at: Instant }
  /** `retryAt` null: it is not tried again, and refused for this. */
  | {
      type: 'preparation-failed';
      at: Instant;
      message: string;
      retryAt: Instant | null;
      refusal: WorkRefusal;
    }
  | { type: 'cancel-requested'; at: Instant; reason: 'cancelled' | 'superseded'; message: string }
  | { type: 'rerun-requested'; at: Instant };

export type RunEffect =
  | { type: 'wake-preparation' }
  /** The summary context on GitHub: an `error` with the message. */
  | { type: 'publish-refusal'; message: string }
  /** An earlier refusal of the same commit, if there was one, does not hold any more. */
  | { type: 'withdraw-refusal' }
  /** What a plan had left out of scope is not said to be so any more. */
  | { type: 'reopen-plan' }
  /** What is required of the commit is as its jobs say, and no plan is waited for. */
  | { type: 'publish-summary' }
  /** What waits for a plan waits in vain. */
  | { type: 'end-reopened'; message: string; refusal: WorkRefusal }
  | { type: 'cancel-jobs'; reason: 'cancelled' | 'superseded'; message: string }
  | { type: 'rerun-jobs' };

/** How a run stands; the word people see. */
export type RunStanding = 'preparing' | 'blocked' | 'queued' | 'running' | Outcome | 'refused' | 'empty';

/** Whether a run that stands so is still to come to an end. */
export const isOpenStanding = (standing: RunStanding): boolean =>
  standing === 'preparing' || standing === 'blocked' || standing === 'queued' || standing === 'running';

const worstFirst: Outcome[] = [
  'failed',
  'timed-out',
  'errored',
  'cancelled',
  'superseded',
  'passed',
  'skipped',
];

/** The one word for a run, from its own state and its jobs' states: a function of state, stored nowhere. */
export function standingOf(run: RunState, jobs: readonly JobState[]): RunStanding {
  if (run.status === 'dropped') return run.reason;
  if (run.status !== 'planned') return run.status;
  if (jobs.some(job => job.status === 'leased' || job.status === 'finishing' || job.status === 'cancelling'))
    return 'running';
  if (jobs.some(job => job.status === 'queued')) return 'queued';
  if (jobs.some(job => job.status === 'blocked')) return 'blocked';
  const outcomes = new Set(jobs.flatMap(job => (job.status === 'settled' ? [job.outcome] : [])));
  return worstFirst.find(candidate => outcomes.has(candidate)) ?? 'empty';
}
