/** Everything that was read of a commit → the jobs of its run. Pure: what counts, on which images, and what of it is asked for. */
import type { Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { isOutOfScope } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import type { SuiteFile } from '#shared/suite-file.ts';
import { leftOutJobs } from './left-out.ts';
import { planRun, type RunPlan } from './plan-run.ts';
import type { PlannedJob } from './planned-job.ts';
import type { SuiteFileReading } from './prepare-ports.ts';
import type { RunFacts } from './run-facts.ts';
import { type Changed, type ScopeFacts, withinScope } from './scope.ts';
import { type Counted, whatCounts } from './what-counts.ts';
import { withoutMatrices } from './without-matrices.ts';

/** Something that a commit is to become a part of: a base that it is to be merged into, or the branch that it is on. */
export type Onto = {
  /** What the base of a change says; null: it has none. */
  base: { ref: string; reading: SuiteFileReading } | null;
  branch: string;
  changed: Changed;
};

/** What git said of a commit; one that is the head of several pull requests has several bases. */
export type CommitSource = {
  head: SuiteFileReading;
  marker: string | null;
  onto: readonly [Onto, ...Onto[]];
};

/** What counts of a commit on one base. */
type View = Onto & {
  file: { ref: string; file: SuiteFile } | null;
  counted: Counted | null;
  scope: ScopeFacts;
};

/** `absent`: the commit says nothing at all, and nothing is required of it. */
export function planCommit(
  { head, marker, onto }: CommitSource,
  images: readonly ImageManifest[],
  facts: RunFacts,
  at: Instant,
): RunPlan | { absent: true } {
  if (head.type === 'bad') return { refusal: head.message };
  const written = head.type === 'file' ? head.file : null;
  const view = (each: Onto): View => viewOf(each, written, marker, facts);
  const views = [view(onto[0]), ...onto.slice(1).map(view)] as const;
  if (!written && views.every(({ file }) => file === null)) return { absent: true };
  const { counted } = views[0];
  const own = counted
    ? planRun(counted.file, images, facts, at)
    : { empty: `the commit has no .paddock.yml` };
  if ('refusal' in own) return own;
  const scopes = views.flatMap(({ counted, scope }) =>
    counted ? [{ file: counted.file, facts: scope }] : [],
  );
  const kept = 'jobs' in own ? withinScope(own.jobs, scopes, at) : [];
  const gone = worstOfEach(views.flatMap(each => missing(kept, each, written, images, facts, at)));
  const jobs = [...kept, ...gone];
  if (jobs.length > limits.jobsPerRun)
    return { refusal: `${jobs.length} jobs, more than the ${limits.jobsPerRun} a run may have` };
  if (jobs.length === 0) return own;
  const warnings = 'warnings' in own ? own.warnings : [own.empty];
  const more = views.flatMap(each => [...(each.counted?.warnings ?? []), ...doubts(each)]);
  return { jobs, warnings: [...new Set([...warnings, ...more])] };
}

function viewOf(onto: Onto, written: SuiteFile | null, marker: string | null, facts: RunFacts): View {
  const { base, branch, changed } = onto;
  const file = base?.reading.type === 'file' ? { ref: base.ref, file: base.reading.file } : null;
  const counts = written && whatCounts(written, file, facts.isTrusted);
  // What a matrix multiplies is one suite until here.
  return {
    ...onto,
    file: file && { ...file, file: withoutMatrices(file.file) },
    counted: counts && { ...counts, file: withoutMatrices(counts.file) },
    scope: { purpose: facts.purpose, branch, changed, marker },
  };
}

/** What the base requires and the commit leaves out; what the base itself would not ask of this commit is skipped. */
function missing(
  kept: readonly PlannedJob[],
  { file: base, scope }: View,
  head: SuiteFile | null,
  images: readonly ImageManifest[],
  facts: RunFacts,
  at: Instant,
): PlannedJob[] {
  const plan = base ? planRun(base.file, images, { ...facts, landed: false }, at) : { empty: '' };
  if (!base || !('jobs' in plan)) return [];
  const gone = leftOutJobs(kept, { ref: base.ref, jobs: plan.jobs }, head && withoutMatrices(head), at);
  return withinScope(gone, [{ file: base.file, facts: scope }], at);
}

/** Two bases can miss the same job, and one of them may not ask it of this commit. */
function worstOfEach(gone: readonly PlannedJob[]): PlannedJob[] {
  const jobs = new Map<string, PlannedJob>();
  for (const job of gone) {
    const key = `${job.image} ${job.suite}`;
    const known = jobs.get(key);
    if (!known || isOutOfScope(known.state)) jobs.set(key, job);
  }
  return [...jobs.values()];
}

/** What could not be told, where it would have made a difference. */
function doubts({ base, changed, counted }: View): string[] {
  const file = counted?.file;
  const parts = file ? [...Object.values(file.suites), ...Object.values(file['on-merge'] ?? {})] : [];
  const hasPaths = parts.some(({ paths }) => paths !== undefined);
  return [
    ...(base?.reading.type === 'bad'
      ? [
          `the .paddock.yml of ${base.ref} cannot be read, so everything counts from this commit: ${base.reading.message}`,
        ]
      : []),
    ...(hasPaths && changed.type === 'unknown'
      ? [`\`paths\` were not looked at, so everything runs: ${changed.why}`]
      : []),
  ];
}
