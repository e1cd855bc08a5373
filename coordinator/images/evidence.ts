/** What was seen of a version while the conformance suite ran on it, as plain values: what `judge` decides on. */
import type { LogSeal, Mark } from '#shared/attempt.ts';
import type { Instant, JobId, MachineId } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import type { AttemptEnd, Outcome } from '#shared/job.ts';
import type { GuestPlatform } from '#shared/messages.ts';
import type { Said } from './read-log.ts';

export type JobEvidence = {
  id: JobId;
  suite: string;
  /** Null while it is not over. */
  outcome: Outcome | null;
  message: string;
  /** Of its last attempt; null before the first. */
  attempt: {
    platform: GuestPlatform | null;
    end: AttemptEnd | null;
    log: LogSeal | null;
    marks: readonly Mark[];
  } | null;
};

export type MachineEvidence = {
  id: MachineId;
  requestedAt: Instant;
  reportedInAt: Instant | null;
  /** One that went with its host, or was taken away, has not failed to start: that says nothing of its image. */
  gone: {
    at: Instant;
    reason: string;
    hasFailedToStart: boolean;
    /** Its console has come, and the reason is what it says. */
    isDiagnosed: boolean;
  } | null;
};

export type Evidence = {
  manifest: ImageManifest;
  /** Since the suite was asked for, by a clock that nobody sets; ms. */
  ageMs: number;
  /** Why the run has no jobs and will have none; null otherwise. */
  runRefusal: string | null;
  /** Empty until the run is prepared. */
  jobs: readonly JobEvidence[];
  /** Every machine that was made of it for this run, oldest first. */
  machines: readonly MachineEvidence[];
  /** Of the job `machine`; null until it is over. */
  said: Said | null;
  artifacts: readonly { path: string; bytes: number; sha256: string }[];
  /** Why a job still waits; null when none does. */
  waits: string | null;
};
