/**
 * Live revocation: stored first, then pushed to the running server, again and again until it says yes. What is asked
 * for while a push is under way goes with the next one. A server that starts meanwhile finds the claims on disk.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '#shared/limits.ts';
import type { Complain } from './complaints.ts';
import { BusError, messageOf } from './errors.ts';
import type { RevocationBook } from './revocation-book.ts';
import type { RevokedKey } from './revocations.ts';

export type Revoker = {
  /**
   * Resolves when the server has closed the connections of these keys and refuses them. Rejects with `revocations-full`,
   * `not-writable`, or `closed` (then the keys are stored, and refused from the next start on).
   */
  revoke(keys: readonly RevokedKey[]): Promise<void>;
  close(): Promise<void>;
};

type Options = {
  book: RevocationBook;
  /** Gives the claims to the running server. */
  push(claims: string): Promise<void>;
  complain: Complain;
};

type Wish = { keys: readonly RevokedKey[]; resolve(): void; reject(error: unknown): void };

export function createRevoker({ book, push, complain }: Options): Revoker {
  const closing = new AbortController();
  let wishes: Wish[] = [];
  let work: Promise<void> | null = null;

  async function pushUntilTaken(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        return await push(book.claims());
      } catch (error) {
        const reason = messageOf(error);
        complain('warn', 'revoke', { reason }, 'a revocation is stored but not yet in force; tried again');
      }
      await pause(limits.natsRestartFirstMs, undefined, { signal: closing.signal }).catch(() => {});
    }
    throw closed();
  }

  async function workOff(): Promise<void> {
    while (wishes.length > 0) {
      const batch = wishes;
      wishes = [];
      try {
        await book.add(batch.flatMap(({ keys }) => keys));
        await pushUntilTaken();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    work = null;
  }

  return {
    revoke(keys) {
      if (closing.signal.aborted) return Promise.reject(closed());
      return new Promise((resolve, reject) => {
        wishes.push({ keys, resolve, reject });
        work ??= workOff();
      });
    },
    async close() {
      closing.abort();
      await work;
    },
  };
}

const closed = (): BusError =>
  new BusError(
    'closed',
    'the bus is closing; a revocation that was stored is in force from the next start on',
  );
