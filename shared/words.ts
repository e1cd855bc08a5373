/** Text that people read, in one module: plain, short, present tense, ready for translation. All functions are pure. */

import { isOutOfScope, type JobState, type Outcome } from './job.ts';
import { limits } from './limits.ts';
import { withoutUnseen } from './log-text.ts';
import { durationText } from './quantity-text.ts';
import type { RunStanding } from './run.ts';
import { shortCommit } from './short-commit.ts';
import { suiteNameOf } from './suite-matrix.ts';

/** Shape and word of every standing; colour is added by the surface, never alone. */
export const shapes: Record<RunStanding | JobState['status'], string> = {
  passed: '✓',
  failed: '✕',
  errored: '⚡',
  'timed-out': '⧖',
  cancelled: '–',
  superseded: '–',
  skipped: '–',
  running: '●',
  leased: '●',
  finishing: '●',
  cancelling: '●',
  settled: '✓',
  queued: '○',
  preparing: '○',
  blocked: '◇',
  refused: '✕',
  empty: '–',
};

/**
 * One line that leaves its neighbours alone, cut at a word where one is near, so that the sentence still reads; GitHub
 * refuses more than 140 characters.
 */
export function cut(text: string, max: number = limits.statusDescriptionChars): string {
  const line = withoutUnseen(text.replace(/\s+/g, ' ')).trim();
  if (line.length <= max) return line;
  // Half of a surrogate pair is no character, and JSON parsers refuse it.
  const head = line.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '');
  const space = head.lastIndexOf(' ');
  return `${space > 0 && space > max - 20 ? head.slice(0, space) : head}…`;
}

/** What people call a job, as its status does: the image alone for a suite called `default`, else `<image>/<suite>`. */
export const jobLabel = ({ image, suite }: { image: string; suite: string }): string =>
  suiteNameOf(suite) === 'default' ? `${image}${suite.slice('default'.length)}` : `${image}/${suite}`;

const outcomeWords: Record<Outcome, string> = {
  passed: 'passed',
  failed: 'failed',
  errored: 'could not be tested',
  cancelled: 'cancelled',
  superseded: 'superseded by a newer commit',
  'timed-out': 'timed out',
  skipped: 'skipped',
};

/** Why an untrusted job cannot be tested on an image at all, and what to do. */
export const unplaceableText = (image: string, repository: string): string =>
  `${image} isolates nothing; a maintainer has to push the commit to a branch of ${repository}`;

export type StatusFacts = {
  job: JobState;
  image: string;
  commit: string;
  /** Steps of the running attempt, when its agent has said so. */
  step: { index: number; of: number; name: string } | null;
  /** Why a queued job waits, from `waitReason`; of a blocked one the suites before it. */
  wait: string | null;
  /** From lease to settlement; null while it runs or when it never ran. */
  durationMs: number | null;
  /** What its reports said, once they are read. */
  tests?: TestFacts | null;
};

export type TestFacts = {
  total: number;
  failing: number;
  /** The first that fails: file and line, or its name. */
  first: string | null;
};

/** How tests went, in as many words as a status has room for: `214 tests`, `parser.c:88 and 1 more of 214`. */
export function testsText({ total, failing, first }: TestFacts): string {
  const all = `${total} ${total === 1 ? 'test' : 'tests'}`;
  if (failing === 0) return all;
  if (first === null) return `${failing} of ${all}`;
  return failing === 1
    ? `${cut(first, 80)}, 1 of ${all}`
    : `${cut(first, 80)} and ${failing - 1} more of ${total}`;
}

/** The description of a commit status: always a sentence with the next fact. At most 140 characters. */
export function statusDescription({
  job,
  image,
  commit,
  step,
  wait,
  durationMs,
  tests,
}: StatusFacts): string {
  switch (job.status) {
    case 'blocked':
      if (job.on === 'plan') return 'its base has changed: whether this has to run is being looked at';
      return cut(
        job.on === 'approval'
          ? `waiting for a maintainer to approve ${shortCommit(commit)}`
          : `waits for ${wait ?? 'the suites before it'}`,
      );
    case 'queued':
      return cut(
        job.retries > 0
          ? `machine lost, trying again (${job.retries + 1} of ${limits.infrastructureRetries + 1})`
          : `queued: ${wait ?? `waits for ${image}`}`,
      );
    case 'leased':
      return cut(
        step ? `running: step ${step.index + 1} of ${step.of}, ${step.name}` : `starting on ${image}`,
      );
    case 'cancelling':
      return cut(`stopping: ${job.message}`);
    case 'finishing':
      return 'finishing: the log is being verified';
    case 'settled': {
      const time =
        durationMs === null
          ? ''
          : job.outcome === 'passed'
            ? ` in ${durationText(durationMs)}`
            : ` after ${durationText(durationMs)}`;
      if (job.outcome === 'passed') return cut(`passed${time}${tests?.total ? `, ${testsText(tests)}` : ''}`);
      if (job.outcome === 'failed' && tests && tests.failing > 0) return cut(`failed: ${testsText(tests)}`);
      const detail = job.message ? `: ${job.message}` : '';
      return cut(`${outcomeWords[job.outcome]}${time}${detail}`);
    }
  }
}

/** A job as the summary of its run names it. */
export type SummaryFact = { name: string; state: JobState };

/** While a commit is planned for another base, what it shows as required may not be all. */
export const replanningText = 'its base has changed: what that requires is being looked at';

/** What is required of a commit, in one sentence: first what has not passed, the author's to mend before anything else. At most 140 characters. */
export function summaryDescription(required: readonly SummaryFact[]): string {
  const settled = required.flatMap(({ name, state }) =>
    state.status === 'settled' ? [{ name, state }] : [],
  );
  const skipped = settled.filter(({ state }) => isOutOfScope(state));
  if (skipped[0] && skipped.length === required.length) return allSkipped(skipped.length, skipped[0].state);
  const passed = settled.filter(({ state }) => state.outcome === 'passed');
  const [first, ...others] = settled
    .filter(fact => !skipped.includes(fact) && !passed.includes(fact))
    .sort((a, b) => Number(isTheirs(b.state)) - Number(isTheirs(a.state)));
  const left = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  const counts = `${passed.length} of ${required.length} required jobs passed${left}`;
  if (!first) return counts;
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return cut(`${whatBroke(first.name, first.state)}${more}; ${counts}`);
}

type Settled = Extract<JobState, { status: 'settled' }>;

const isTheirs = ({ outcome }: Settled): boolean => outcome === 'failed' || outcome === 'timed-out';

const whatBroke = (name: string, { outcome, byPlan, message }: Settled): string =>
  byPlan === 'left-out' ? message : `${name} ${outcomeWords[outcome]}`;

const allSkipped = (count: number, { message }: Settled): string =>
  cut(`${count === 1 ? 'the required job is' : `all ${count} required jobs are`} skipped: ${message}`);
