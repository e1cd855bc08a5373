/** One computer: connected to as long as this agent runs, again and again. A computer that is off is asked less often. */
import { limits } from '#shared/limits.ts';
import { unlessAborted } from '../../../ssh/unless-aborted.ts';
import { DriverError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { startLoop } from '../../loop.ts';
import type { ComputerSettings } from './computers.ts';
import { keeperByOutpost, type MachineKeeper } from './machine-keeper.ts';
import { type OutpostStart, openOutpost } from './outpost.ts';

export type Computer = {
  readonly settings: ComputerSettings;
  /** Null while it cannot be asked. */
  keeper(): MachineKeeper | null;
  /** Waits for the attempt to connect that is under way, or begins one. Throws why it failed, or the signal's reason. */
  reach(signal: AbortSignal): Promise<MachineKeeper>;
  /** Resolves when the first attempt is over, however it went. */
  readonly tried: Promise<void>;
  close(): Promise<void>;
};

/** One with an outpost. `bundle`: of the guest agent. */
export function openComputer(start: OutpostStart, bundle: string, log: Log): Computer {
  const { name } = start.computer;
  const first = Promise.withResolvers<void>();
  let attempt = Promise.withResolvers<void>();
  let keeper: MachineKeeper | null = null;
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
    const outpost = await openOutpost(start, signal);
    keeper = keeperByOutpost(outpost, bundle);
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
    keeper = null;
    isOver();
    attempt = Promise.withResolvers();
    start.onChange();
    return Math.min(limits.sshAgainFirstMs * 2 ** failures, limits.sshAgainMaxMs);
  });

  return {
    settings: start.computer,
    tried: first.promise,
    keeper: () => keeper,
    async reach(signal) {
      if (keeper) return keeper;
      loop.wake();
      await unlessAborted(attempt.promise, signal);
      if (keeper) return keeper;
      throw problem ?? new DriverError('ssh-lost', `${name} is being let go of`, { isTransient: true });
    },
    close: () => loop.close(),
  };
}
