/**
 * How a step's bytes reach the spool. For the first 15 ms nobody reads: the pipe itself holds 64 KiB, and a step that
 * ends within that time, as most do, costs no second process; the agent then copies what is there. After that a relay
 * process reads, because an agent that copied line by line would starve its own renewals. Measured against Node pipes,
 * a spool file handed to the child, and a pipeline in a shell: those lose order, bytes, or the honest exit code.
 */
import { closeSync } from 'node:fs';
import { limits } from '#shared/limits.ts';
import type { Spool } from '../logs/spool.ts';
import { copyPipe } from './copy-pipe.ts';
import { countLateBytes, type LateBytes } from './late-bytes.ts';
import { type RelayProcess, startRelayProcess } from './relay-process.ts';
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

type Parts = { pipe: Pick<StepPipe, 'reader' | 'poll'>; spool: Spool; scratch: string; onBroken: () => void };

/** Each stage says who has the two descriptors: both here, one in the relay's copy, one in the counter's hands, none. */
type Stage =
  | { is: 'waiting'; handOver: NodeJS.Timeout }
  | { is: 'relaying'; relay: RelayProcess }
  | { is: 'counting'; late: LateBytes }
  | { is: 'closed'; lateBytes: number };

/** Owns reader and poll end of the pipe from now on. `onBroken` is called once, when bytes cannot be kept any more. */
export function startRelay({ pipe, spool, scratch, onBroken }: Parts): Relay {
  let broken: string | null = null;
  let stage: Stage = { is: 'waiting', handOver: setTimeout(handOver, limits.relayHandOverMs) };

  function handOver(): void {
    try {
      const relay = startRelayProcess(pipe.reader, spool, scratch);
      closeSync(pipe.reader);
      stage = { is: 'relaying', relay };
      void relay.ended.then(why => {
        if (why !== null && stage.is === 'relaying') breakOff(why);
      });
    } catch (error) {
      breakOff(error);
    }
  }

  /** The step must not hang in a full pipe while it is being ended, so its bytes are read on, and dropped. */
  function breakOff(why: unknown): void {
    broken ??= why instanceof Error ? why.message : String(why);
    count();
    onBroken();
  }

  function count(): void {
    if (stage.is === 'waiting') closeSync(pipe.reader);
    stage = { is: 'counting', late: countLateBytes(pipe.poll) };
  }

  /** What came within the first moments. True: all of it is in the spool. */
  function copyFirst(): boolean {
    try {
      const state = copyPipe(pipe.poll, spool);
      if (state === 'full') breakOff('it is full');
      return state === 'ended';
    } catch (error) {
      breakOff(error);
      return false;
    }
  }

  async function drain(ms: number): Promise<void> {
    if (stage.is === 'waiting') {
      clearTimeout(stage.handOver);
      if (copyFirst()) return close();
      if (current().is === 'waiting') handOver();
    }
    const { is, relay } = { relay: null, ...current() };
    if (is !== 'relaying' || relay === null) return;
    if ((await within(relay.ended, ms)) === null) {
      count();
      await end(relay);
    } else if (current().is === 'relaying') await close();
  }

  async function close(): Promise<void> {
    const last = stage;
    stage = { is: 'closed', lateBytes: lateBytes() };
    if (last.is === 'counting') return last.late.close();
    if (last.is === 'closed') return;
    closeSync(pipe.poll);
    if (last.is === 'relaying') return end(last.relay);
    clearTimeout(last.handOver);
    closeSync(pipe.reader);
  }

  // Every await and call above may have changed the stage; asking through a function keeps the compiler from guessing.
  function current(): Stage {
    return stage;
  }

  function lateBytes(): number {
    if (stage.is === 'counting') return stage.late.count();
    return stage.is === 'closed' ? stage.lateBytes : 0;
  }

  return { drain, close, lateBytes, broken: () => broken };
}

async function end(relay: RelayProcess): Promise<void> {
  relay.kill();
  await within(relay.ended, limits.killSettleMs);
}
