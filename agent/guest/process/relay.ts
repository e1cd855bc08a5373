/**
 * How a step's bytes reach the spool: the agent itself carries them, a pipe full at a time. For the first 15 ms nobody
 * reads: a step that ends within that time, as most do, costs one read. Measured against a relay process (`cat`), which
 * a program that flushes each line wakes for each line; against Node pipes and a spool file handed to the child: those
 * lose order or bytes.
 */
import { closeSync } from 'node:fs';
import { limits } from '#shared/limits.ts';
import type { Spool } from '../logs/spool.ts';
import { copyPipe } from './copy-pipe.ts';
import { createKeeper } from './keeper.ts';
import { type PipeReading, readPipe } from './read-pipe.ts';
import type { StepPipe } from './step-pipe.ts';
import { within } from './within.ts';

export type Relay = {
  /**
   * Brings the rest into the spool, for at most `ms`; to be called when the step's processes are dead. What a writer
   * that is still there sends later is counted, not stored.
   */
  drain(ms: number): Promise<void>;
  /** Why bytes of the step are missing in the spool; null while none is. */
  broken(): string | null;
  lateBytes(): number;
  /** Stops everything and closes the pipe; harmless when repeated. */
  close(): Promise<void>;
};

type Parts = { pipe: Pick<StepPipe, 'poll'>; spool: Spool; onBroken: () => void };

/** Each stage says who closes the pipe. */
type Stage =
  | { is: 'waiting'; start: NodeJS.Timeout }
  | { is: 'reading'; reading: PipeReading }
  | { is: 'closed' };

/** Owns the poll end of the pipe from now on. `onBroken` is called once, when bytes cannot be kept any more. */
export function startRelay({ pipe, spool, onBroken }: Parts): Relay {
  const keeper = createKeeper(spool, onBroken);
  const { take, breakOff } = keeper;
  let stage: Stage = { is: 'waiting', start: setTimeout(read, limits.relayStartMs) };

  function read(): PipeReading {
    const reading = readPipe(pipe.poll, take, breakOff);
    stage = { is: 'reading', reading };
    return reading;
  }

  /** True: that was all. */
  function copyRest(): boolean {
    if (stage.is === 'reading' && !stage.reading.isOpen()) return true;
    try {
      return copyPipe(pipe.poll, take);
    } catch (error) {
      breakOff(error);
      return true;
    }
  }

  async function drain(ms: number): Promise<void> {
    if (stage.is === 'closed') return;
    if (stage.is === 'waiting') clearTimeout(stage.start);
    if (copyRest()) await close();
    else await within((stage.is === 'reading' ? stage.reading : read()).ended, ms);
    keeper.drained();
  }

  async function close(): Promise<void> {
    const last = stage;
    stage = { is: 'closed' };
    if (last.is === 'reading') await last.reading.close();
    if (last.is !== 'waiting') return;
    clearTimeout(last.start);
    closeSync(pipe.poll);
  }

  return { drain, close, lateBytes: keeper.lateBytes, broken: keeper.broken };
}
