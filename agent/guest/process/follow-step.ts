/**
 * One step from its start to the last byte, wherever it runs. It ends when its main process exits, at a timeout, when it is
 * stopped, or when its log cannot be kept, whichever comes first; then its whole tree is killed and its output drained. A
 * step that closes its stdout and works on is not over; a child that keeps the output open does not keep the step.
 */
import { limits } from '#shared/limits.ts';
import { bytesText } from '#shared/quantity-text.ts';
import type { Spool } from '../logs/spool.ts';
import { type Cause, watchStep } from './first-cause.ts';
import type { Relay } from './relay.ts';
import type { StepExit } from './start-step.ts';
import { within } from './within.ts';

type Exit = { exitCode: number | null; signal?: NodeJS.Signals };

export type StepEnd =
  | ({ ended: 'exited' } & Exit)
  | ({ ended: 'timed-out'; limit: 'total' | 'idle' } & Exit)
  | { ended: 'stopped' }
  /** Output was lost: the spool's limit, a full disk. There is no verdict, even when the step exited with 0. */
  | { ended: 'log-full'; message: string }
  /** Nobody can say how it ended, or all that it printed. */
  | { ended: 'lost'; message: string }
  | { ended: 'not-started'; message: string };

export type StepRun = {
  end: StepEnd;
  /** Milliseconds since the epoch; `endedAt` is when the main process exited. */
  startedAt: number;
  endedAt: number;
  /** Processes that survived KILL, in a sentence for the agent's diagnostics; null when none did. */
  leftBehind: string | null;
  /** Bytes that came after the drain; grows until `close()`. */
  lateBytes(): number;
  close(): Promise<void>;
};

/** How its main process ended. `lost`: that is not known, nor whether it has; why. */
export type Exited = Promise<StepExit & { lost?: string }>;

/** A step that has been started. */
export type RunningStep = {
  startedAt: number;
  relay: Relay;
  /** Ends its processes: TERM, the grace, KILL. Resolves to a sentence about those that are left, or null. */
  endTree(graceMs: number): Promise<string | null>;
  close(): Promise<void>;
};

export type Following = {
  timeoutMs: number;
  /** No byte of output for that long. */
  idleTimeoutMs: number;
  /** Between TERM and KILL of a step that is stopped or timed out. */
  killGraceMs?: number;
  /** How long output is awaited once the step's processes are dead. */
  drainMs?: number;
  spool: Spool;
  stop: AbortSignal;
};

/** Follows a step that is under way. `begin` is called at once, and says `onBroken` when bytes of it cannot be kept. */
export async function followStep(
  options: Following,
  exited: Exited,
  begin: (onBroken: () => void) => RunningStep,
): Promise<StepRun> {
  const { spool } = options;
  const watch = watchStep({ ...options, exited });
  const step = begin(watch.logFull);
  const cause = await watch.first;
  // A step that ended by itself leaves nobody who deserves a grace.
  const graceMs = cause === 'exited' ? 0 : (options.killGraceMs ?? limits.killGraceMs);
  const leftBehind = await step.endTree(graceMs);
  const exit = (await within(exited, limits.killSettleMs))?.value ?? { at: Date.now(), exitCode: null };
  await step.relay.drain(options.drainMs ?? limits.drainMs);
  return {
    end: endOf(cause, exit, whyLogIsShort(step.relay, spool)),
    startedAt: step.startedAt,
    endedAt: exit.at,
    leftBehind,
    lateBytes: step.relay.lateBytes,
    close: async () => {
      await step.relay.close();
      await step.close();
    },
  };
}

/** A step that never ran. */
export function unstarted(end: StepEnd): StepRun {
  const now = Date.now();
  const close = async () => {};
  return { end, startedAt: now, endedAt: now, leftBehind: null, lateBytes: () => 0, close };
}

/** A sentence when the spool lacks bytes of the step, else null. */
function whyLogIsShort(relay: Relay, spool: Spool): string | null {
  if (relay.broken() === null) return null;
  if (spool.size() >= spool.limitBytes)
    return `the log reached its limit of ${bytesText(spool.limitBytes)}; what came before is kept`;
  return `the log could not be kept any further: ${relay.broken()}; see whether the machine's disk is full`;
}

function endOf(cause: Cause, last: StepExit & { lost?: string }, shortLog: string | null): StepEnd {
  const { exitCode, signal, lost } = last;
  const exit = { exitCode, ...(signal === undefined ? {} : { signal }) };
  switch (cause) {
    case 'total':
    case 'idle':
      return { ended: 'timed-out', limit: cause, ...exit };
    case 'stopped':
      return { ended: 'stopped' };
    case 'exited':
    case 'log-full':
      if (lost !== undefined) return { ended: 'lost', message: lost };
      return shortLog === null ? { ended: 'exited', ...exit } : { ended: 'log-full', message: shortLog };
  }
}
