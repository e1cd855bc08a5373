/**
 * THE CONTRACT of a site: where the work of attempts is done. Either the computer that this agent runs on
 * (`local-site.ts`), or one that can run no agent and is reached by ssh (`agent/proxy/`). What an agent keeps for itself
 * (spool, journal, what it says) is on its own computer in any case; a `Workplace` names both.
 *
 * Order. `prepare` once, then any number of attempts, one at a time: `make`, `bringSource`, `caches.unpack`, steps,
 *   `caches.pack`, `findArtifacts`, `remove`.
 * Ends. After `runStep` no process of the step is left, as far as the system lets us kill; what could not be learned (a
 *   connection that was lost) is `lost`, never a verdict. A call that is aborted throws the signal's reason.
 * Errors. What the site itself fails of is a system error or a `SiteFailed`: trouble of this machine, not of the suite.
 */
import type { AttemptId, MachineId } from '#shared/ids.ts';
import type { GuestPlatform, RunSource } from '#shared/messages.ts';
import type { Way } from '../credentials/route.ts';
import type { DirectoryPacker } from './caches/directories.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Spool } from './logs/spool.ts';
import type { StepRun } from './process/follow-step.ts';
import type { StepCommand } from './process/start-step.ts';
import type { Environment } from './step-environment.ts';
import type { FoundArtifact } from './uploads/find-artifacts.ts';
import type { Workplace } from './workplace.ts';

/** What a site is opened with. */
export type SiteStart = {
  machine: MachineId;
  reuse: 'static' | 'single-use';
  way: Way;
  /** A directory of the agent's own. */
  workDirectory: string;
  /** The agent's own environment. */
  environment: Readonly<Record<string, string | undefined>>;
  log: Diagnostics;
  /** Aborts when the agent ends. */
  signal: AbortSignal;
};

export type SiteFacts = Pick<GuestPlatform, 'os' | 'arch' | 'hostname'>;

export type SiteStep = Omit<StepCommand, 'user' | 'marker'> & {
  place: Workplace;
  timeoutMs: number;
  idleTimeoutMs: number;
  spool: Spool;
  stop: AbortSignal;
  killGraceMs?: number;
  drainMs?: number;
};

export type Site = {
  /** Clears what an earlier life of the agent has left there, makes it ready, and says what it is. */
  prepare(): Promise<SiteFacts>;
  /** What git there is for `bringSource`, null when there is none: asked of the computer once. Never rejects. */
  gitVersion(): Promise<string | null>;
  /** What nobody waits for yet. Called when the machine has reported in; never rejects. */
  warmUp(): Promise<void>;
  /** Where an attempt has its directories; they need not exist. */
  placeOf(attempt: AttemptId): Workplace;
  /** Makes the directories of an attempt, empty. */
  make(place: Workplace, signal: AbortSignal): void | Promise<void>;
  /** What every step there is given of the machine. */
  environmentOf(place: Workplace): Environment;
  /** Makes the empty workspace the tree of the commit. Throws `SourceFailed` too. */
  bringSource(place: Workplace, source: RunSource, signal: AbortSignal): Promise<void>;
  /** Writes secrets that are files below `place.secrets`, for the steps' user only; `dropSecrets` ends that. */
  keepSecrets(
    place: Workplace,
    files: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): void | Promise<void>;
  dropSecrets(place: Workplace): void | Promise<void>;
  isDirectory(path: string, signal: AbortSignal): boolean | Promise<boolean>;
  runStep(step: SiteStep): Promise<StepRun>;
  /** See `uploads/find-artifacts.ts`. Throws `UploadFailed` too. */
  findArtifacts(
    place: Workplace,
    patterns: readonly string[],
    signal: AbortSignal,
    most?: number,
  ): Promise<FoundArtifact[]>;
  /** Null where caches are neither restored nor kept. */
  caches: DirectoryPacker | null;
  /** On a full disk: gives up what nobody reads any more after the uploads. Never rejects. */
  makeRoom(place: Workplace): Promise<void>;
  /** Removes all that the attempt has had. */
  remove(place: Workplace): Promise<void>;
  /** Removes the agent's own directories and lets go of everything. Harmless when repeated. */
  close(): Promise<void>;
};
