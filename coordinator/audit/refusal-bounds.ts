/**
 * Which refusals are written down: the first few of each actor in a stretch of time, and not too many in all, so that
 * whoever asks for what they may not cannot fill the log. The rest is counted. Pure but for what it remembers.
 */
import { isIPv6 } from 'node:net';
import type { AuditActor } from '#shared/audit.ts';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Origin } from '../store/acts.ts';

/** How many were counted and not written, and of whom at most; `actors` beyond what is remembered are not told apart. */
export type Skipped = { refusals: number; actors: number; since: Instant };

export type RefusalBounds = {
  /** Whether this one is written. */
  take(origin: Origin, now: Instant): boolean;
  /** What was skipped in a stretch that is over, once; `isLast`: of one that is not, too. */
  skipped(now: Instant, isLast?: boolean): Skipped | null;
};

export function createRefusalBounds(): RefusalBounds {
  let since: Instant | null = null;
  let written = 0;
  let refusals = 0;
  const byActor = new Map<string, number>();
  const skippedActors = new Set<string>();

  return {
    take(origin, now) {
      since ??= now;
      const key = keyOf(origin);
      const count = byActor.get(key) ?? 0;
      const isWritten = count < limits.auditRefusalsOfOne && written < limits.auditRefusalsOfAll;
      if (isWritten) {
        written += 1;
        byActor.set(key, count + 1);
      } else {
        refusals += 1;
        if (skippedActors.size < limits.auditRefusalsOfAll) skippedActors.add(key);
      }
      return isWritten;
    },
    skipped(now, isLast = false) {
      // A clock that was set back begins anew, too.
      const isOver = since !== null && (now >= since + limits.auditRefusalsMs || now < since);
      if (since === null || !(isOver || isLast)) return null;
      const found = refusals > 0 ? { refusals, actors: skippedActors.size, since } : null;
      since = null;
      written = 0;
      refusals = 0;
      byActor.clear();
      skippedActors.clear();
      return found;
    },
  };
}

/** A stranger is an address; of IPv6 the network that one customer has. */
function keyOf({ actor, address }: { actor: AuditActor; address: string | null }): string {
  if (actor.kind !== 'stranger') return `${actor.kind} ${actor.id ?? actor.name}`;
  return `stranger ${address === null ? '' : networkOf(address)}`;
}

function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const { hostname } = new URL(`http://[${address.split('%')[0]}]/`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const first = head.split(':').filter(Boolean);
  const rest = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - rest.length) }, () => '0');
  return [...first, ...(tail === undefined ? [] : zeros), ...rest].slice(0, 4).join(':');
}
