/**
 * What a committed change hastens. Every loop derives its work from the store, so a wake-up that is lost costs latency,
 * never correctness. Features return wake-ups with their result; the root performs them after the commit.
 */
import type { AttemptId, CommitSha, HostId, Instant, JobId, MachineId, RunId } from '#shared/ids.ts';
import type { GuestDesired } from '#shared/messages.ts';
import type { Counted } from './counted.ts';

/** Whose credentials end before their time. */
export type RevokedPeer = { publicKey: string; expiresAt: Instant };

export type Wake =
  | { type: 'intake' }
  | { type: 'preparation' }
  | { type: 'scheduler' }
  | { type: 'leases' }
  | { type: 'fleet' }
  | { type: 'images' }
  | { type: 'backfill' }
  /** Reports of an attempt are here, to be read. */
  | { type: 'reports' }
  | { type: 'outbox' }
  /** `commit`: jobs of this commit have settled, and something is to be merged that hangs on it. */
  | { type: 'merging'; commit?: CommitSha }
  | { type: 'reconciler' }
  /** The forge has told that somebody's role is another one. */
  | { type: 'roles' }
  /** Push its desired state to a machine or host now instead of with its next renewal; `desired` need not be read again. */
  | { type: 'push-machine'; machine: MachineId; desired?: GuestDesired }
  | { type: 'push-host'; host: HostId }
  /** They may not speak on the bus any more. */
  | { type: 'revoke'; peers: RevokedPeer[] }
  /** A log has ended with its attempt: it may be sealed. */
  | { type: 'log-ended'; attempt: AttemptId }
  /** It has come about, and is counted. */
  | { type: 'counted'; counted: Counted }
  /** Somebody may be looking at this. */
  | { type: 'changed'; run: RunId; job?: JobId };

/** Hands over wake-ups for after the commit. */
export type WakeUp = (wakes: Wake[]) => void;
