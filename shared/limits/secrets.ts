/** Bounds of secrets. */
import { hour, KiB, minute, second } from './units.ts';

export const secretsLimits = {
  secretNameChars: 100,
  /** One value. A variable of 128 KiB starts no program on Linux, and a value is redacted in dozens of forms. */
  secretBytes: 64 * KiB,
  /** All that one job is given: it travels in one message beside everything else of the job. */
  secretsOfJobBytes: 256 * KiB,
  /** Below this a value is kept, with a warning: whatever looks like it is blanked in logs. */
  secretGuessableBytes: 8,
  /** Of one organisation or repository. */
  secretsPerScope: 200,
  /** Patterns of images, and labels, of one secret. */
  secretImages: 20,
  secretLabels: 20,
  /** Keys that one file, variable or command may hold: the one that wraps, and those from before. */
  rootKeys: 10,
  /** One call of a command that prints a key, or wraps one; then its process group is ended. */
  keyCommandMs: 10 * second,
  keyCommandKillMs: 2 * second,
  keyCommandBytes: 64 * KiB,
  /** Of what it complains, as much is shown. */
  keyCommandReasonChars: 300,
  /** How a key service may call a root key. */
  rootNameChars: 200,
  /** Keys of values that stay unwrapped in memory, so that a key service is not asked for each job. */
  dataKeysHeld: 500,
  /** A key service that does not answer is asked again at each renewal for so long, below a lease; then the attempt ends. */
  secretPatienceMs: 20 * second,
  /** Secrets that a rotation wraps anew before it looks for more. */
  rotationBatch: 100,
  /** Who was given what, and who changed what, is kept for so long, and no more of it than this. */
  secretLogKeepMs: 400 * 24 * hour,
  secretLogRows: 200_000,
  secretLogScanMs: 30 * minute,
  /** In one answer. */
  secretLogItems: 100,
} as const;
