/** What preparing a run needs of the rest of the house. */
import type { CommitSha, Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import type { JobRequest } from '#shared/job.ts';
import type { RefusalCode } from '#shared/refusals.ts';
import type { FilePosition } from '#shared/run.ts';
import type { SuiteFile } from '#shared/suite-file.ts';
import type { Wake } from '../ground/wake.ts';
import type { Job } from '../store/jobs.ts';
import type { Repository } from '../store/repositories.ts';
import type { Role } from '../store/roles.ts';
import type { Run } from '../store/runs.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Base } from './bases-of.ts';
import type { Runs } from './runs.ts';
import type { Changed } from './scope.ts';

/** Why the source of a commit could not be had. */
export type SourceFailure = { message: string; isPermanent: boolean };

/** What the commit says should be run. */
export type SuiteFileReading =
  | { type: 'file'; file: SuiteFile }
  | { type: 'absent' }
  | { type: 'bad'; message: string; position: FilePosition | null };

/** Commits of a change, oldest first; `isCut`: there are more, older ones. */
export type CommitRange = { commits: CommitSha[]; isCut: boolean };

/** All of them throw for bugs only; what an operator can meet is in the answer. */
export type PreparePorts = {
  /** Brings the commit into the mirror; null when it is there. */
  ensureCommit(
    repository: Repository,
    at: Pick<Run, 'commit' | 'ref'>,
    signal: AbortSignal,
  ): Promise<SourceFailure | null>;
  readSuiteFile(
    repository: Repository,
    commit: CommitSha,
  ): Promise<SuiteFileReading | { type: 'failed'; failure: SourceFailure }>;
  /** Its message, the first line of that, which may be empty, and its first parent. */
  readCommit(
    repository: Repository,
    commit: CommitSha,
  ): Promise<{ title: string; message: string; parent: CommitSha | null } | { failure: SourceFailure }>;
  /** Between two commits that are in the mirror; `isSinceFork`: since their histories parted. */
  changedFiles(
    repository: Repository,
    difference: { from: CommitSha; to: CommitSha; isSinceFork: boolean },
    signal: AbortSignal,
  ): Promise<Changed>;
  /**
   * The commits after `since`, up to the run's own, which is in the mirror; the newest `max`. Without those that `base` has,
   * where it is to be merged into one.
   */
  commitsSince(
    repository: Repository,
    run: Run,
    base: Base | null,
    since: CommitSha,
    max: number,
    signal: AbortSignal,
  ): Promise<CommitRange | { failure: SourceFailure }>;
  /** Whether `ancestor` is in the history of `commit`; false also where that cannot be told. */
  isAncestor(
    repository: Repository,
    ancestor: CommitSha,
    commit: CommitSha,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Whether what has landed is ended by what lands after it. */
  supersedesLanded(fullName: string): boolean;
  /** The suite registered at the coordinator for repositories that carry no file. */
  registeredSuite(fullName: string): SuiteFile | null;
  mayRunUnisolated(fullName: string): boolean;
  /** Names of the images of which a machine may be with nothing around it. */
  unisolatedImages(tx: Tx): Promise<ReadonlySet<string>>;
  /** Names of those of which no machine can be with anything around it. */
  neverIsolatedImages(tx: Tx): Promise<ReadonlySet<string>>;
  publishStatus(tx: Tx, job: Job, at: Instant): Promise<Wake[]>;
  /** What is required of the run, all in all. */
  publishSummary(tx: Tx, run: Run, at: Instant): Promise<Wake[]>;
  applyToJob(tx: Tx, job: Job['id'], event: JobRequest): Promise<{ wakes: Wake[] }>;
  /** Gives queued jobs to machines that are ready, as far as there are any. */
  assignJobs(tx: Tx): Promise<Wake[]>;
};

export type PrepareParts = {
  store: Store;
  role: Role;
  runs: Runs;
  /** Those that runs are planned on. */
  images(tx: Tx): Promise<readonly ImageManifest[]>;
  ports: PreparePorts;
  wakeUp(wakes: Wake[]): void;
  /** Told of each commit that is refused for good. */
  refused?: ((code: RefusalCode) => void) | undefined;
  report: { error(fields: object, message: string): void };
  now: () => Instant;
  random: () => number;
};
