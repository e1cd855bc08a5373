/** The calls of a host, carried out by the driver here. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { DriverError, messageOf } from '../../../errors.ts';
import { sha256Of } from '../../checked-start.ts';
import type { Driver } from '../../driver.ts';
import type { CallName, Calls, Failure, Request, Said } from './protocol.ts';

export type Service = {
  /** Begins a call, or aborts one; the answer is said. */
  take(request: Request): void;
  /** Ends what is under way and leaves machines running. */
  close(): Promise<void>;
};

type ServiceParts = { driver: Driver; bundle: string; say: (said: Said) => void };

type Handlers = {
  [Name in CallName]: (ask: Calls[Name]['ask'], signal: AbortSignal) => Promise<Calls[Name]['answer']>;
};

const agentDamaged = () =>
  new DriverError('agent-damaged', 'the agent that arrived is not the one that was sent; it is not kept', {
    isTransient: true,
  });

export function createService({ driver, bundle, say }: ServiceParts): Service {
  const handlers: Handlers = {
    list: (_, signal) => driver.list(signal),
    agent: async () => {
      const bytes = await readFile(bundle).catch(() => null);
      return bytes && sha256Of(bytes);
    },
    bring: async ({ bundle: text, sha256 }) => {
      const bytes = Buffer.from(text, 'base64');
      if (sha256Of(bytes) !== sha256) throw agentDamaged();
      await writeFile(`${bundle}.new`, bytes, { mode: 0o600, flush: true });
      await rename(`${bundle}.new`, bundle);
      return null;
    },
    create: async ({ machine }, signal) => {
      await driver.create(machine, signal);
      return null;
    },
    destroy: async ({ id }, signal) => {
      await driver.destroy(id, signal);
      return null;
    },
    evidence: async ({ id }) => {
      const bytes = await driver.evidence(id);
      return bytes && Buffer.from(bytes).toString('base64');
    },
  };
  const underWay = new Map<number, { controller: AbortController; ended: Promise<void> }>();
  driver.watch(() => say({ said: 'changed' }));

  async function answer({ call, number, ask }: Exclude<Request, { abort: number }>, signal: AbortSignal) {
    try {
      // One cast: the name and what is asked come from one line.
      const handle = handlers[call] as (
        ask: unknown,
        signal: AbortSignal,
      ) => Promise<Calls[CallName]['answer']>;
      say({ said: 'answer', number, answer: await handle(ask, signal) });
    } catch (error) {
      say({ said: 'failed', number, failure: failureOf(error) });
    }
    underWay.delete(number);
  }

  return {
    take(request) {
      if ('abort' in request) {
        underWay.get(request.abort)?.controller.abort(new Error('the host has given it up'));
        return;
      }
      const controller = new AbortController();
      underWay.set(request.number, { controller, ended: answer(request, controller.signal) });
    },
    async close() {
      const all = [...underWay.values()];
      for (const { controller } of all) controller.abort(new Error('the host has gone away'));
      await Promise.all(all.map(({ ended }) => ended));
      await driver.close();
    },
  };
}

/** A full disk passes; anything else that has no class of its own does not, and is told as it is. */
export function failureOf(error: unknown): Failure {
  if (error instanceof DriverError)
    return { code: error.code, message: error.message, isTransient: error.isTransient };
  const code = (error as NodeJS.ErrnoException)?.code ?? 'failed';
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return {
    code,
    message: isFull ? `its disk is full: ${messageOf(error)}` : messageOf(error),
    isTransient: isFull,
  };
}
