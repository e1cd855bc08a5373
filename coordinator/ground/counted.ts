/**
 * What is counted, and told in the log, when its change is committed: it comes out of a transaction as a wake-up does, and
 * waits for nobody.
 */
import type { AttemptId, HostId, JobId, MachineId, RunId } from '#shared/ids.ts';
import type { Outcome } from '#shared/job.ts';

export type AttemptIds = {
  run: RunId;
  job: JobId;
  attempt: AttemptId;
  number: number;
  machine: MachineId;
  host: HostId;
};

export type Counted =
  /** A job was given a machine. */
  | { what: 'lease'; image: string; waitedMs: number; ids: AttemptIds }
  /** An attempt is over. `phases`: those that were reached. */
  | {
      what: 'attempt';
      image: string;
      isLost: boolean;
      phases: { phase: 'start' | 'source' | 'steps' | 'uploads'; ms: number }[];
      /** From the queue to the end, where it is that of the job. */
      jobMs: number | null;
      ids: AttemptIds;
    }
  | { what: 'job'; image: string; outcome: Outcome; ids: { run: RunId; job: JobId } }
  /** A machine reported in. */
  | { what: 'boot'; image: string; ms: number }
  /** What became of a machine that was to start or to go. */
  | {
      what: 'driver';
      driver: string;
      operation: 'start' | 'stop';
      outcome: 'done' | 'failed' | 'lost';
      ids: { image: string; machine: MachineId; host: HostId };
    }
  /** How long its host took for it. */
  | { what: 'driver-time'; driver: string; operation: 'start' | 'stop'; ms: number };
