/**
 * One step, from spawn to the last byte. It ends when its main process exits, at a timeout, when it is stopped, or when
 * its log cannot be kept, whichever comes first; then its whole tree is killed and its output drained. A step that
 * closes its stdout and works on is not over; a child that keeps the output open does not keep the step.
 */
import { closeSync } from 'node:fs';
import { bytesText } from '#shared/duration.ts';
import { limits } from '#shared/limits.ts';
import { ProcessTableError } from '../../process-tree/errors.ts';
import { killTree, type RunningLeader } from '../../process-tree/kill-tree.ts';
import type { ProcessTable } from '../../process-tree/process-table.ts';
import type { Spool } from '../logs/spool.ts';
import { currentPlatform, type Platform } from '../platform/platform.ts';
import { StepPipeError } from './errors.ts';
import { type Cause, watchStep } from './first-cause.ts';
import { restockPipes } from './pipe-stock.ts';
import { type Relay, startRelay } from './relay.ts';
import { type StartedStep, type StepCommand, type StepExit, startStep } from './start-step.ts';
import { openStepPipe, type StepPipe } from './step-pipe.ts';
import { within } from './within.ts';

export type StepOptions = StepCommand & {
  timeoutMs: number;
  /** No byte of output for that long. */
  idleTimeoutMs: number;
  /** Between TERM and KILL of a step that is stopped or timed out. */
  killGraceMs?: number;
  /** How long output is awaited once the step's processes are dead. */
  drainMs?: number;
  spool: Spool;
  /** A private directory for pipes and small files. */
  scratch: string;
  stop: AbortSignal;
  platform?: Platform;
};

type Exit = { exitCode: number | null; signal?: NodeJS.Signals };

export type StepEnd =
  | ({ ended: 'exited' } & Exit)
  | ({ ended: 'timed-out'; limit: 'total' | 'idle' } & Exit)
  | { ended: 'stopped' }
  /** Output was lost: the spool's limit, a full disk. There is no verdict, even when the step exited with 0. */
  | { ended: 'log-full'; message: string }
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

/** Runs one step. Never rejects for an operational reason: what went wrong is in `end` and `leftBehind`. */
export async function runStep(options: StepOptions): Promise<StepRun> {
  const { processTable, refusal } = options.platform ?? currentPlatform();
  if (options.stop.aborted) return unstarted({ ended: 'stopped' });
  if (refusal !== null) return unstarted({ ended: 'not-started', message: refusal });
  const pipe = await pipeOrWhyNot(options);
  if (typeof pipe === 'string') return unstarted({ ended: 'not-started', message: pipe });
  const startedAt = Date.now();
  const step = await startStep(options, pipe.writer, processTable);
  if (typeof step !== 'string') return follow(options, pipe, step, { startedAt, processTable });
  closeSync(pipe.poll);
  return unstarted({ ended: 'not-started', message: step });
}

function unstarted(end: StepEnd): StepRun {
  const now = Date.now();
  const close = async () => {};
  return { end, startedAt: now, endedAt: now, leftBehind: null, lateBytes: () => 0, close };
}

async function pipeOrWhyNot({ scratch, user }: StepOptions): Promise<StepPipe | string> {
  try {
    return await openStepPipe(scratch, user);
  } catch (error) {
    if (error instanceof StepPipeError) return error.message;
    throw error;
  }
}

type Start = { startedAt: number; processTable: ProcessTable };

async function follow(
  options: StepOptions,
  pipe: StepPipe,
  step: StartedStep,
  start: Start,
): Promise<StepRun> {
  const { spool, scratch } = options;
  const restocked = restockPipes(scratch);
  const watch = watchStep({ ...options, exited: step.exited });
  const relay = startRelay({ pipe, spool, onBroken: watch.logFull });
  const cause = await watch.first;
  const leftBehind = await endTree(options, cause, step.leader, start.processTable);
  const exit = (await within(step.exited, limits.killSettleMs))?.value ?? { at: Date.now(), exitCode: null };
  await relay.drain(options.drainMs ?? limits.drainMs);
  return {
    end: endOf(cause, exit, whyLogIsShort(relay, spool)),
    startedAt: start.startedAt,
    endedAt: exit.at,
    leftBehind,
    lateBytes: relay.lateBytes,
    close: async () => {
      await relay.close();
      await restocked;
    },
  };
}

/** A step that ended by itself leaves nobody who deserves a grace. */
async function endTree(options: StepOptions, cause: Cause, leader: RunningLeader, table: ProcessTable) {
  const graceMs = cause === 'exited' ? 0 : (options.killGraceMs ?? limits.killGraceMs);
  try {
    const survivors = await killTree({ table, marker: options.marker, graceMs, leader });
    if (survivors.length === 0) return null;
    return `processes ${survivors.join(', ')} of the step could not be killed and are left behind`;
  } catch (error) {
    if (error instanceof ProcessTableError) return error.message;
    throw error;
  }
}

/** A sentence when the spool lacks bytes of the step, else null. */
function whyLogIsShort(relay: Relay, spool: Spool): string | null {
  if (relay.broken() === null) return null;
  if (spool.size() >= spool.limitBytes)
    return `the log reached its limit of ${bytesText(spool.limitBytes)}; what came before is kept`;
  return `the log could not be kept any further: ${relay.broken()}; see whether the machine's disk is full`;
}

function endOf(cause: Cause, { exitCode, signal }: StepExit, shortLog: string | null): StepEnd {
  const exit = { exitCode, ...(signal === undefined ? {} : { signal }) };
  switch (cause) {
    case 'total':
    case 'idle':
      return { ended: 'timed-out', limit: cause, ...exit };
    case 'stopped':
      return { ended: 'stopped' };
    case 'exited':
    case 'log-full':
      return shortLog === null ? { ended: 'exited', ...exit } : { ended: 'log-full', message: shortLog };
  }
}
