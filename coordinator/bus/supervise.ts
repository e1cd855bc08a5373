import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '#shared/limits.ts';
import type { BusLog } from './bus-log.ts';
import { createComplaints } from './complaints.ts';
import { messageOf } from './errors.ts';
import { endProcess, reloadProcess, type ServerProcess } from './server-process.ts';

export type Supervision = {
  first: ServerProcess;
  restart(): Promise<ServerProcess>;
  /** Called every `natsWatchMs`. */
  tidy(): Promise<void>;
  /** What the process said last. */
  lastWords(): Promise<string>;
  log: BusLog;
};

/**
 * Keeps a process running: starts it again when it ends, after `natsRestartFirstMs`, doubled up to `natsRestartMaxMs`
 * while it keeps dying young. `close` ends it and resolves when it and everything here has ended.
 */
export function supervise({ first, restart, tidy, lastWords, log }: Supervision): {
  reload(): Promise<void>;
  close(): Promise<void>;
} {
  const closing = new AbortController();
  const { signal } = closing;
  const complain = createComplaints(log);
  let current: ServerProcess | null = first;

  async function keepRunning(): Promise<void> {
    let delayMs = limits.natsRestartFirstMs / 2;
    while (!signal.aborted) {
      const since = performance.now();
      const how = current ? await current.gone : 'it could not be started';
      if (signal.aborted) return;
      const isYoung = performance.now() - since < limits.natsRestartMaxMs;
      delayMs = isYoung ? Math.min(2 * delayMs, limits.natsRestartMaxMs) : limits.natsRestartFirstMs;
      const said = await lastWords();
      complain(
        'warn',
        how,
        { process: current?.pid, how, said, delayMs },
        'nats-server ended; it is started again',
      );
      await rest(delayMs, signal);
      if (!signal.aborted) current = await tryRestart();
    }
  }

  async function tryRestart(): Promise<ServerProcess | null> {
    try {
      const process = await restart();
      log.info({ process: process.pid }, 'nats-server was started again');
      return process;
    } catch (error) {
      complain(
        'error',
        'restart',
        { reason: messageOf(error) },
        'nats-server cannot be started; tried again',
      );
      return null;
    }
  }

  async function keepTidy(): Promise<void> {
    while (!signal.aborted) {
      await rest(limits.natsWatchMs, signal);
      await tidy().catch(error =>
        complain('warn', 'tidy', { reason: messageOf(error) }, 'old logs of nats-server cannot be removed'),
      );
    }
  }

  const tasks = [keepRunning(), keepTidy()];
  return {
    // One that is just being started reads everything anyway.
    async reload() {
      if (current) await reloadProcess(current);
    },
    async close() {
      closing.abort();
      if (current) await endProcess(current);
      await Promise.all(tasks);
      // A restart that was under way has finished: what it started must end too.
      if (current) await endProcess(current);
    },
  };
}

/** Waits, but not longer than until `signal` is aborted. Never rejects. */
async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => {});
}
