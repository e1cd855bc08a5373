/** Everything that was read of a commit → the jobs of its run. Pure: what counts, on which images, and what of it is asked for. */
import type { Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { SuiteFile } from '#shared/suite-file.ts';
import { leftOutJobs } from './left-out.ts';
import { planRun, type RunPlan } from './plan-run.ts';
import type { PlannedJob } from './planned-job.ts';
import type { SuiteFileReading } from './prepare-ports.ts';
import type { RunFacts } from './run-facts.ts';
import { type ScopeFacts, withinScope } from './scope.ts';
import { whatCounts } from './what-counts.ts';

/** What git said of a commit; `head` and `base` are suite files. */
export type CommitSource = Omit<ScopeFacts, 'purpose'> & {
  head: SuiteFileReading;
  /** Of a change: the branch that it is for, and what that says. */
  base: { ref: string; reading: SuiteFileReading } | null;
};

/** `absent`: the commit says nothing at all, and nothing is required of it. */
export function planCommit(
  source: CommitSource,
  images: readonly ImageManifest[],
  facts: RunFacts,
  at: Instant,
): RunPlan | { absent: true } {
  const { head, base } = source;
  if (head.type === 'bad') return { refusal: head.message };
  const baseFile = base?.reading.type === 'file' ? { ref: base.ref, file: base.reading.file } : null;
  const written = head.type === 'file' ? head.file : null;
  if (!written && !baseFile) return { absent: true };
  const counted = written && whatCounts(written, baseFile, facts.isTrusted);
  const own = counted
    ? planRun(counted.file, images, facts, at)
    : { empty: `the commit has no .paddock.yml` };
  if ('refusal' in own) return own;
  const scope = { ...source, purpose: facts.purpose };
  const kept = 'jobs' in own && counted ? withinScope(own.jobs, counted.file, scope, at) : [];
  const gone = baseFile ? missing(kept, baseFile, written, images, facts, scope, at) : [];
  const jobs = [...kept, ...gone];
  if (jobs.length > limits.jobsPerRun)
    return { refusal: `${jobs.length} jobs, more than the ${limits.jobsPerRun} a run may have` };
  if (jobs.length === 0) return own;
  const warnings = 'warnings' in own ? own.warnings : [own.empty];
  return { jobs, warnings: [...warnings, ...(counted?.warnings ?? []), ...doubts(source, counted?.file)] };
}

/** What the base requires and the commit leaves out; what the base itself would not ask of this commit is skipped. */
function missing(
  kept: readonly PlannedJob[],
  base: { ref: string; file: SuiteFile },
  head: SuiteFile | null,
  images: readonly ImageManifest[],
  facts: RunFacts,
  scope: ScopeFacts,
  at: Instant,
): PlannedJob[] {
  const plan = planRun(base.file, images, { ...facts, landed: false }, at);
  if (!('jobs' in plan)) return [];
  return withinScope(leftOutJobs(kept, { ref: base.ref, jobs: plan.jobs }, head, at), base.file, scope, at);
}

/** What could not be told, where it would have made a difference. */
function doubts({ base, changed }: CommitSource, file: SuiteFile | undefined): string[] {
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
