/**
 * What a machine is told to run: everything is derived from rows, so it can be told again at any time, word for word; only
 * secrets are told no more to a machine that runs the attempt already.
 */
import type { AttemptId, Instant, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { RunSpec } from '#shared/messages.ts';
import { suiteNameOf } from '#shared/suite-matrix.ts';
import type { Attempt } from '../store/attempts.ts';
import type { Job } from '../store/jobs.ts';
import type { Machine } from '../store/machines.ts';
import type { Repository } from '../store/repositories.ts';
import type { Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';

export type RunSpecPorts = {
  /** A token for one purpose of one attempt; the same arguments give the same token. */
  token(scope: 'source' | 'uploads' | 'caches', attempt: Attempt, run: Run, expiresAt: Instant): string;
  /** The machine listener as this host's guests reach it, without a trailing slash. */
  machineUrl: string;
  /** The largest log of one attempt. */
  logLimitBytes: number;
  /** Where people look at a job. */
  jobUrl(job: Job): string;
  secrets: SecretPorts;
  /** Where its spans belong; left out: no traces are made. */
  traceParent?: ((run: RunId, attempt: AttemptId) => string) | undefined;
};

/** Values by the names of variables; of files, what stands in them. */
export type JobSecrets = { secrets: Record<string, string>; secretFiles: Record<string, string> };

/** Why a job gets no secrets at all and must not run without: `code` is stable, `isPassing` may be otherwise soon. */
export type SecretsWithheld = { code: string; isPassing: boolean };

export type SecretPorts = {
  /** Those of the configuration, for trusted jobs; null: there are others to be opened, outside of any transaction. */
  atOnce(tx: Tx, rows: RunSpecRows): Promise<JobSecrets | null>;
  /** All, for trusted jobs. What is given is noted before this answers. */
  give(rows: RunSpecRows): Promise<JobSecrets | SecretsWithheld>;
  /** Whether this attempt may have had some, of either kind. */
  hadSecrets(tx: Tx, attempt: AttemptId): Promise<boolean>;
};

export const noSecrets: JobSecrets = { secrets: {}, secretFiles: {} };

export type RunSpecRows = { attempt: Attempt; job: Job; run: Run; repository: Repository; machine: Machine };

/** Builds the specification of one attempt. No secret gets into that of a job that is not trusted, whoever asks. */
export function runSpecFor(rows: RunSpecRows, given: JobSecrets, ports: RunSpecPorts): RunSpec {
  const { attempt, job, repository, machine } = rows;
  const expiresAt =
    attempt.times.leasedAt + job.definition.deadlineMs + limits.uploadDeadlineMs + limits.tokenSlackMs;
  return {
    attempt: attempt.id,
    number: attempt.number,
    job: job.id,
    repository: repository.id,
    kind: job.state.kind,
    suite: job.suite,
    shell: machine.manifest.agent.shell,
    steps: job.definition.steps,
    env: environmentOf(rows, ports),
    ...(job.isTrusted ? secretsOf(given) : { secrets: {} }),
    source: job.definition.source === 'none' ? { type: 'none' } : mirrorSource(rows, ports, expiresAt),
    deadlineMs: job.definition.deadlineMs,
    logLimitBytes: ports.logLimitBytes,
    logOwner: attempt.logOwner,
    artifacts: {
      patterns: job.definition.artifacts,
      url: `${ports.machineUrl}/uploads/${attempt.id}`,
      token: uploadsToken(rows, ports, expiresAt),
    },
    ...cachesOf(rows, ports, expiresAt),
    ...(job.definition.reports ? { reports: job.definition.reports } : {}),
  };
}

const secretsOf = ({ secrets, secretFiles }: JobSecrets): Pick<RunSpec, 'secrets' | 'secretFiles'> => ({
  secrets,
  ...(Object.keys(secretFiles).length > 0 ? { secretFiles } : {}),
});

/** Jobs that are not trusted hand over no cache. */
function uploadsToken({ attempt, job, run }: RunSpecRows, ports: RunSpecPorts, expiresAt: Instant): string {
  const { artifacts, caches = [], reports } = job.definition;
  const hasFiles = artifacts.length > 0 || reports !== undefined || (caches.length > 0 && job.isTrusted);
  return hasFiles ? ports.token('uploads', attempt, run, expiresAt) : '';
}

function cachesOf(
  { attempt, job, run }: RunSpecRows,
  ports: RunSpecPorts,
  expiresAt: Instant,
): Pick<RunSpec, 'caches'> {
  const entries = (job.definition.caches ?? []).map(({ prefix, path }) => ({ prefix, path }));
  if (entries.length === 0) return {};
  const url = `${ports.machineUrl}/caches/${attempt.id}`;
  return { caches: { entries, url, token: ports.token('caches', attempt, run, expiresAt) } };
}

const mirrorSource = (
  { attempt, job, run, machine }: RunSpecRows,
  ports: RunSpecPorts,
  expiresAt: Instant,
): RunSpec['source'] => ({
  type: 'mirror',
  url: `${ports.machineUrl}/source/${attempt.id}`,
  token: ports.token('source', attempt, run, expiresAt),
  commit: run.commit,
  ref: run.ref,
  prefer: job.isTrusted && machine.manifest.agent.source === 'auto' ? 'git' : 'archive',
});

function environmentOf(
  { attempt, job, run, repository, machine }: RunSpecRows,
  { jobUrl, traceParent }: RunSpecPorts,
): Record<string, string> {
  return {
    CI: 'true',
    PADDOCK: 'true',
    PADDOCK_REPOSITORY: repository.fullName,
    PADDOCK_COMMIT: run.commit,
    PADDOCK_REF: run.ref,
    PADDOCK_RUN: run.id,
    PADDOCK_RUN_NUMBER: String(run.number),
    PADDOCK_JOB: job.id,
    PADDOCK_JOB_URL: jobUrl(job),
    PADDOCK_ATTEMPT: String(attempt.number),
    PADDOCK_SUITE: suiteNameOf(job.suite),
    PADDOCK_IMAGE: job.image,
    PADDOCK_OS: machine.manifest.os,
    PADDOCK_ARCH: machine.manifest.arch,
    ...(traceParent ? { TRACEPARENT: traceParent(run.id, attempt.id) } : {}),
    ...job.definition.env,
  };
}
