/**
 * Which jobs of a plan are asked of this commit. Pure. What is not asked for is a job all the same, settled as skipped and
 * green on the forge: a context that branch protection requires and nobody reports would hold a merge up for ever.
 */
import type { Instant } from '#shared/ids.ts';
import { isOutOfScope, type JobState } from '#shared/job.ts';
import { compilePatterns, type Matches } from '#shared/path-patterns.ts';
import type { RunPurpose } from '#shared/run.ts';
import { type OnMergeJob, type Suite, type SuiteFile, suiteFileName } from '#shared/suite-file.ts';
import type { PlannedJob } from './planned-job.ts';

/** `unknown`: so everything is asked for, and `why` says what could not be told. */
export type Changed =
  | { type: 'files'; files: readonly string[] }
  | { type: 'unknown'; why: string }
  | { type: 'all' };

export type ScopeFacts = {
  purpose: RunPurpose;
  /** The base of a change; else the branch of the commit. */
  branch: string;
  changed: Changed;
  /** What the message of the commit says instead of being tested. */
  marker: string | null;
};

type Part = Suite | OnMergeJob;

/** As conditions call it; whoever asks by hand asks for everything. */
const occasionOf: Record<RunPurpose, 'change' | 'landed' | null> = {
  change: 'change',
  'merge-group': 'change',
  'merge-queue': 'change',
  landed: 'landed',
  manual: null,
};

/** Why nothing of it is asked for; null: it is. `isRequired`: a merge waits for it. */
export function outOfScope(part: Part, isRequired: boolean, facts: ScopeFacts): string | null {
  const occasion = occasionOf[facts.purpose];
  if (occasion === null) return null;
  if ('on' in part && part.on && !part.on.includes(occasion))
    return occasion === 'change' ? 'not for pull requests' : 'for pull requests only';
  if (part.branches && !compilePatterns(part.branches)(facts.branch))
    return `not for ${facts.branch}, only for ${listed(part.branches)}`;
  if (facts.marker !== null && isHeeded(facts.purpose, isRequired)) return `the commit says ${facts.marker}`;
  return untouched(part.paths, facts.changed);
}

/**
 * The author of a pull request must not turn green untested what a merge waits for. The message of what a merge queue has
 * made is made of the titles of pull requests: it excuses nothing.
 */
const isHeeded = (purpose: RunPurpose, isRequired: boolean): boolean =>
  purpose === 'landed' || (purpose === 'change' && !isRequired);

function untouched(paths: readonly string[] | undefined, changed: Changed): string | null {
  if (!paths || changed.type !== 'files' || changed.files.includes(suiteFileName)) return null;
  if (changed.files.some(matcherOf(paths))) return null;
  return paths.every(path => path.startsWith('!'))
    ? `only ${listed(paths.map(path => path.slice(1)))} changed`
    : `no file of ${listed(paths)} changed`;
}

/** Suites of one file mostly have the same patterns, and many jobs. */
const matchers = new WeakMap<readonly string[], Matches>();
function matcherOf(paths: readonly string[]): Matches {
  const matches = matchers.get(paths) ?? compilePatterns(paths);
  matchers.set(paths, matches);
  return matches;
}

const shown = 3;
const listed = (patterns: readonly string[]): string =>
  patterns.length > shown
    ? `${patterns.slice(0, shown).join(', ')} and ${patterns.length - shown} more`
    : patterns.join(', ');

/** What a suite file asks of a commit on one base. */
export type Scope = { file: SuiteFile; facts: ScopeFacts };

/** The same jobs, those settled that no scope asks for; what needs only such begins at once. */
export function withinScope(
  jobs: readonly PlannedJob[],
  scopes: readonly Scope[],
  at: Instant,
): PlannedJob[] {
  const reasons = new Map<string, string | null>();
  const reasonFor = ({ suite, stage, definition: { gate } }: PlannedJob): string | null => {
    const key = `${stage} ${suite} ${gate}`;
    if (!reasons.has(key)) {
      const whys = scopes.map(({ file, facts }) => {
        const part = stage === 'suite' ? file.suites[suite] : file['on-merge']?.[suite];
        return part ? outOfScope(part, gate === 'required', facts) : null;
      });
      reasons.set(key, whys.includes(null) ? null : (whys[0] ?? null));
    }
    return reasons.get(key) ?? null;
  };
  const scoped = jobs.map(job => {
    const message = reasonFor(job);
    return message === null ? job : { ...job, state: skipped(job.state, message, at) };
  });
  return scoped.map(job => (isReady(job, scoped) ? { ...job, state: begun(job.state, at) } : job));
}

const skipped = (state: JobState, message: string, at: Instant): JobState => ({
  status: 'settled',
  outcome: 'skipped',
  byPlan: 'out-of-scope',
  message,
  settledAt: at,
  attempt: null,
  ...lasting(state),
});

const begun = (state: JobState, at: Instant): JobState => ({
  status: 'queued',
  queuedAt: at,
  avoid: null,
  ...lasting(state),
});

/** What a state says of its job, whatever the status. */
const lasting = ({ kind, lastAttempt, retries, approvedAt }: JobState) => ({
  kind,
  lastAttempt,
  retries,
  ...(approvedAt === undefined ? {} : { approvedAt }),
});

/** It waits, and every suite that it waits for is out of scope. */
const isReady = ({ state, image, definition: { needs } }: PlannedJob, jobs: readonly PlannedJob[]): boolean =>
  state.status === 'blocked' &&
  state.on === 'needs' &&
  needs.every(need => jobs.some(job => job.suite === need && job.image === image && isOutOfScope(job.state)));
