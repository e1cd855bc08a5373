/** One computer: connected to as long as this agent runs, again and again. A computer that is off is asked less often. */
import { limits } from '#shared/limits.ts';
import { DriverError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { startLoop } from '../../loop.ts';
import type { ComputerSettings } from './computers.ts';
import { type Outpost, type OutpostStart, openOutpost } from './outpost.ts';

export type Computer = {
  readonly settings: ComputerSettings;
  /** Null while there is no connection. */
  outpost(): Outpost | null;
  /** Waits for the attempt to connect that is under way, or begins one. Throws why it failed, or the signal's reason. */
  reach(signal: AbortSignal): Promise<Outpost>;
  /** Resolves when the first attempt is over, however it went. */
  readonly tried: Promise<void>;
  close(): Promise<void>;
};

export function openComputer(start: OutpostStart, log: Log): Computer {
  const { name } = start.computer;
  const first = Promise.withResolvers<void>();
  let attempt = Promise.withResolvers<void>();
  let outpost: Outpost | null = null;
  let problem: DriverError | null = null;
  let failures = 0;

  const isOver = () => {
    first.resolve();
    attempt.resolve();
  };
  const note = (error: DriverError) => {
    if (problem?.message !== error.message)
      log('warn', `${error.message}; it is tried again`, { computer: name });
    problem = error;
  };

  async function stay(signal: AbortSignal): Promise<void> {
    outpost = await openOutpost(start, signal);
    const { close, ended } = outpost;
    const leave = () => void close();
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    log('info', 'connected', { computer: name });
    failures = 0;
    problem = null;
    isOver();
    start.onChange();
    const end = await ended;
    signal.removeEventListener('abort', leave);
    if (!signal.aborted) note(end);
  }

  const loop = startLoop(async signal => {
    try {
      await stay(signal);
    } catch (error) {
      failures += 1;
      if (!signal.aborted && !(error instanceof DriverError)) throw error;
      if (error instanceof DriverError && !signal.aborted) note(error);
    }
    outpost = null;
    isOver();
    attempt = Promise.withResolvers();
    start.onChange();
    return Math.min(limits.sshAgainFirstMs * 2 ** failures, limits.sshAgainMaxMs);
  });

  return {
    settings: start.computer,
    tried: first.promise,
    outpost: () => outpost,
    async reach(signal) {
      if (outpost) return outpost;
      loop.wake();
      await unlessAborted(attempt.promise, signal);
      if (outpost) return outpost;
      throw problem ?? new DriverError('ssh-lost', `${name} is being let go of`, { isTransient: true });
    },
    close: () => loop.close(),
  };
}

async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
