import type { Spool } from '../logs/spool.ts';
import type { StepExit } from './start-step.ts';

/** Why a step is over. */
export type Cause = 'exited' | 'total' | 'idle' | 'stopped' | 'log-full';

export type Watched = {
  exited: Promise<StepExit>;
  timeoutMs: number;
  /** No byte in the spool for that long. */
  idleTimeoutMs: number;
  spool: Spool;
  stop: AbortSignal;
};

/** Waits for whatever ends the step. The first cause wins, later ones are nothing; `logFull()` says one from outside. */
export function watchStep(watched: Watched): { first: Promise<Cause>; logFull(): void } {
  const { exited, timeoutMs, stop } = watched;
  let settle: (cause: Cause) => void = () => {};
  const cause = new Promise<Cause>(resolve => {
    settle = resolve;
  });
  const onStop = () => settle('stopped');
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  void exited.then(() => settle('exited'));
  const total = setTimeout(() => settle('total'), timeoutMs);
  const output = watchOutput(watched, () => settle('idle'));
  const first = cause.finally(() => {
    clearTimeout(total);
    clearInterval(output);
    stop.removeEventListener('abort', onStop);
  });
  return { first, logFull: () => settle('log-full') };
}

/** Looks at the spool often enough to be right within a tenth of the limit. Monotonic: the wall clock may jump. */
function watchOutput({ spool, idleTimeoutMs }: Watched, onIdle: () => void): NodeJS.Timeout {
  let bytes = spool.size();
  let grewAt = performance.now();
  const look = () => {
    const now = performance.now();
    if (spool.size() !== bytes) [bytes, grewAt] = [spool.size(), now];
    else if (now - grewAt >= idleTimeoutMs) setImmediate(lookAgain);
  };
  /** After a standstill of this agent the output of that time waits in the pipe, and is read before this. */
  const lookAgain = () => {
    if (spool.size() === bytes) onIdle();
  };
  return setInterval(look, Math.min(500, Math.max(10, idleTimeoutMs / 10)));
}
