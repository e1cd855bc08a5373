/**
 * What the logs ask of the store. The rows are the truth about who owns a log and whether its attempt is over; the
 * bytes are the log owner's until they are sealed.
 */
import type { LogSeal, Mark } from '#shared/attempt.ts';
import type { AttemptId, CoordinatorId, Instant, MachineId } from '#shared/ids.ts';
import type { Moment } from '#shared/log-moments.ts';

/** An attempt that may still write its log. `number` is its fence; `limitBytes` the bound its agent was told. */
export type OpenAttempt = {
  machine: MachineId;
  number: number;
  owner: CoordinatorId;
  limitBytes: number;
};

/** The blob with the sealed form of a log (`sealed-format.ts`). */
export type SealedBlob = { sha256: string; bytes: number };

/** The log of an attempt that is over, as the settle transaction stored it. */
export type StoredLog = {
  seal: LogSeal;
  marks: Mark[];
  /** All bytes of a log up to `limits.logInlineBytes`; null for larger ones. */
  inline: Uint8Array | null;
  /** Null until the owner has sealed a log that is not inline. */
  sealed: SealedBlob | null;
  /** Since when it is gone, and that in words; null: it is there. */
  removed: { at: Instant; text: string } | null;
};

export type LogRows = {
  /** Null when the attempt is over or unknown. */
  openAttempt(attempt: AttemptId): Promise<OpenAttempt | null>;
  /** Null when the attempt is still open or unknown. Never null and open at once: an attempt is one or the other. */
  storedLog(attempt: AttemptId): Promise<StoredLog | null>;
  /** Of that only how it ended. */
  storedSeal(attempt: AttemptId): Promise<LogSeal | null>;
  /** When the bytes of a log that is over arrived; read only where somebody asks. */
  moments(attempt: AttemptId): Promise<Moment[]>;
  /** Notes, durably, that this blob is about to be stored: should its row never name it, it is found and removed. */
  expectBlob(blob: SealedBlob): Promise<void>;
  /**
   * Stores where the sealed form is, if the row still names `owner` and no start of it later than `epoch` has written
   * there. False: somebody else answers for this log now; nothing was changed. Repeating is harmless.
   */
  recordSealed(
    attempt: AttemptId,
    sealed: { owner: CoordinatorId; epoch: number; blob: SealedBlob },
  ): Promise<boolean>;
};

/** Where the logs report what a human may have to know; a pino logger fits. */
export type LogReporter = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};
