/**
 * THE CONTRACT of a link: programs that are started on another computer. A connection is made when something is started and
 * there is none; one that is lost takes what was started over it along, as far as this side can know.
 */
import type { Readable, Writable } from 'node:stream';

/** `lost`: how it ended is not known, nor whether it has; why. */
export type FarExit = { exitCode: number | null; signal?: NodeJS.Signals; lost?: string };

export type FarProcess = {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** How its first process ended; what that has left may still print. */
  exited: Promise<FarExit>;
  /** Resolves when nothing can be printed any more and all that was is read; `lost`: why some of it may be missing. */
  closed: Promise<{ lost: string | null }>;
  /** Does not listen any more. The process need not notice. */
  close(): void;
};

export type Link = {
  /** What messages call the computer. */
  readonly name: string;
  /** Lets the login shell there run a command. Throws `SshFailed`, or the signal's reason. */
  start(command: string, signal: AbortSignal): Promise<FarProcess>;
  close(): Promise<void>;
};
