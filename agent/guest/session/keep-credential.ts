import type { Diagnostics } from '../diagnostics.ts';
import { reasonOf } from '../errors.ts';
import { pause } from '../waiting.ts';
import type { Connection } from './connection.ts';
import type { Credential } from './credential.ts';
import type { Timings } from './timings.ts';

export type Keeping = {
  credential: Credential;
  connection: Connection;
  timings: Timings;
  log: Diagnostics;
  signal: AbortSignal;
};

/** Of the life that a credential has left when it arrives, this much is used before the next is asked for. */
const usedShare = 0.75;

/**
 * Renews the credential before it expires; the connection uses the newest at its next login. Asks also while the
 * connection has been down for a while: NATS may have moved, or refuse the old credential. A refusal ends nothing here,
 * for the work may outlive it: the host and the dead-man timer end machines. Ends with the signal.
 */
export async function keepCredential({
  credential,
  connection,
  timings,
  log,
  signal,
}: Keeping): Promise<void> {
  let dueAt = dueTime(credential);
  let isDownSinceLastLook = false;
  while (true) {
    await pause(timings.askAgainMs * (0.75 + Math.random() / 2), signal);
    if (signal.aborted) return;
    const isLongDown = isDownSinceLastLook && !connection.isConnected();
    isDownSinceLastLook = !connection.isConnected();
    if (!isLongDown && performance.now() < dueAt) continue;
    try {
      await credential.refresh(signal);
      dueAt = dueTime(credential);
      connection.moveTo(credential.answer().natsUrl);
    } catch (error) {
      if (!signal.aborted) log('credential-not-renewed', { message: reasonOf(error) });
    }
  }
}

const dueTime = (credential: Credential): number =>
  performance.now() + (credential.answer().expiresAt - Date.now()) * usedShare;
