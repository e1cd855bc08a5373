/** What serving guests needs of the rest of the house, and offers to it. */
import type { KeptCache } from '#shared/cache.ts';
import type { AttemptId, Instant, MachineId } from '#shared/ids.ts';
import type { Finished, FinishedAnswer, GuestDesired, GuestRenewal } from '#shared/messages.ts';
import type { RefusalCode } from '#shared/refusals.ts';
import type { ReportFile } from '#shared/test-report.ts';
import type { Wake } from '../ground/wake.ts';
import type { Attempt } from '../store/attempts.ts';
import type { Store, Tx } from '../store/store.ts';
import type { EndedLog, Jobs } from './jobs.ts';
import type { LeaseClock } from './lease-clock.ts';
import type { RunSpecPorts } from './run-spec.ts';

export type VerifiedLog = { ok: true; log: EndedLog } | { ok: false; from: number };

export type GuestPorts = {
  /** Compares what is stored with what the agent computed; on success everything is on disk or in `inline`. */
  verifyLog(message: Finished): Promise<VerifiedLog>;
  /** Whether every artifact the message names is stored under its digest; a sentence when one is not. */
  missingArtifacts(message: Finished): Promise<string | null>;
  /** Those of an attempt's reports that are stored under their digest. Never a reason to wait. */
  arrivedReports(attempt: AttemptId, reports: ReportFile[]): Promise<ReportFile[]>;
  /** Those caches that the message names whose bytes are here; the others are not kept, and nobody waits for them. */
  arrivedCaches(message: Finished): Promise<KeptCache[]>;
  spec: RunSpecPorts;
  /** A running attempt came into another phase, or step: its commit status may say so. */
  publishProgress(tx: Tx, attempt: Attempt, what: 'phase' | 'step', at: Instant): Promise<Wake[]>;
  /** Gives queued jobs to machines that are ready, in the transaction that has made one so. */
  assignJobs(tx: Tx): Promise<Wake[]>;
};

export type Guests = {
  /** Answers `up.<machine>.renew`. @returns null for a message that deserves no answer. */
  onRenewal(sender: string, payload: unknown): Promise<GuestDesired | null>;
  /** Answers `up.<machine>.finished`. */
  onFinished(sender: string, payload: unknown): Promise<FinishedAnswer | null>;
  /** What the machine should do now, from rows alone. */
  desiredFor(machine: MachineId): Promise<GuestDesired>;
};

export type GuestParts = {
  store: Store;
  jobs: Jobs;
  clock: LeaseClock;
  ports: GuestPorts;
  /** Told of each job that is not run. */
  refused?: ((code: RefusalCode) => void) | undefined;
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

/** What a machine says that it runs. */
export type Running = NonNullable<GuestRenewal['running']>;
