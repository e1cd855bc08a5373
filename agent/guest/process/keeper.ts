import type { Spool } from '../logs/spool.ts';

/** What becomes of a step's bytes once they are here: kept, or counted when they cannot be kept any more. */
export type Keeper = {
  /** Never throws: the step must not hang in a full pipe, so also what is not kept is taken. */
  take(bytes: Uint8Array): void;
  /** From now on bytes are missing in the spool. */
  breakOff(why: unknown): void;
  /** From now on bytes come too late. */
  drained(): void;
  broken(): string | null;
  lateBytes(): number;
};

/** `onBroken` is called once, when bytes cannot be kept any more. */
export function createKeeper(spool: Spool, onBroken: () => void): Keeper {
  let broken: string | null = null;
  let isDrained = false;
  let lateBytes = 0;

  function keep(bytes: Uint8Array): void {
    try {
      if (!spool.append(bytes)) breakOff('it is full');
    } catch (error) {
      breakOff(error);
    }
  }

  function breakOff(why: unknown): void {
    if (broken !== null) return;
    broken = why instanceof Error ? why.message : String(why);
    onBroken();
  }

  return {
    take(bytes) {
      if (isDrained || broken !== null) lateBytes += bytes.length;
      else keep(bytes);
    },
    breakOff,
    drained() {
      isDrained = true;
    },
    broken: () => broken,
    lateBytes: () => lateBytes,
  };
}
