/**
 * Who may no longer log in although the credential has not expired. Pure. An entry is needed until the credential it is
 * about expires; it costs about 100 bytes of the account's claims, so it goes then.
 */
import * as z from 'zod';
import { type Instant, instant } from '#shared/ids.ts';

export type RevokedKey = {
  /** The user's public key (`U…`). */
  publicKey: string;
  /** When the credential ends by itself. */
  expiresAt: Instant;
};

const entry = z.object({ revokedAt: instant, expiresAt: instant });
/** By public key. Every credential of that key that was issued before `revokedAt`, or in its second, is refused. */
const revocations = z.record(z.string(), entry);
export type Revocations = z.infer<typeof revocations>;

/** Reads what `writeRevocations` wrote; throws when it is something else. */
export const readRevocations = (text: string): Revocations => revocations.parse(JSON.parse(text));
export const writeRevocations = (all: Revocations): string => JSON.stringify(all);

/** With the keys added and everything that has expired left out; of a key revoked twice the later times count. */
export function withRevoked(all: Revocations, keys: readonly RevokedKey[], now: Instant): Revocations {
  const next = new Map(Object.entries(all));
  for (const { publicKey, expiresAt } of keys) {
    const before = next.get(publicKey);
    next.set(publicKey, { revokedAt: now, expiresAt: Math.max(expiresAt, before?.expiresAt ?? 0) });
  }
  return Object.fromEntries([...next].filter(([, { expiresAt }]) => expiresAt > now));
}

/** As the account's claims have it: public key → seconds since the epoch. */
export const toClaim = (all: Revocations): Record<string, number> =>
  Object.fromEntries(Object.entries(all).map(([key, { revokedAt }]) => [key, Math.floor(revokedAt / 1_000)]));
