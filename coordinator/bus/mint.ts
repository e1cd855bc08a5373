/** Credentials of NATS users, minted and signed in 0.1 ms. Pure but for the new keys of the coordinator's own. */
import type { Authenticator } from '@nats-io/transport-node';
import type { CoordinatorId, Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { PeerId } from '#shared/subjects.ts';
import { encodeClaims } from './claims.ts';
import { createKey } from './nkey.ts';
import type { Operator } from './operator.ts';

export type PeerCredential = {
  id: PeerId;
  /** The public half (`U…`) of a key that was made where it is used. */
  publicKey: string;
  expiresAt: Instant;
};

/**
 * The JWT with which a machine or host logs in until `expiresAt` (cut to a second). It carries the name and no
 * permission: those come from the template of the signing key (`peerPermissions`).
 */
export function mintPeer(operator: Operator, peer: PeerCredential, now: Instant): string {
  const { id, publicKey, expiresAt } = peer;
  const nats = { type: 'user', issuer_account: operator.account.publicKey } as const;
  return encodeClaims({ name: id, subject: publicKey, issuedAt: now, expiresAt, nats }, operator.peerSigner);
}

type Login = { name: string; issuer: Operator['account']; lifetimeMs: number; permissions: object };

/** Logs in with a key and a credential made for this one connect, so a long outage or an expiry needs no renewal. */
function loginAnew({ name, issuer, lifetimeMs, permissions }: Login): Authenticator {
  return nonce => {
    const key = createKey('user');
    const now = Date.now();
    const nats = { type: 'user', subs: -1, data: -1, payload: -1, ...permissions } as const;
    const expiresAt = now + lifetimeMs;
    const jwt = encodeClaims({ name, subject: key.publicKey, issuedAt: now, expiresAt, nats }, issuer);
    return { jwt, nkey: key.publicKey, sig: key.sign(Buffer.from(nonce ?? '')).toString('base64url') };
  };
}

/** The coordinator's login: everything inside the account, nothing outside it. */
export const coordinatorLogin = (
  { account }: Operator,
  name: CoordinatorId,
  lifetimeMs: number = limits.natsCredentialMs,
): Authenticator => loginAnew({ name, issuer: account, lifetimeMs, permissions: {} });

/** A login that can replace account claims and read the answer, and nothing else. */
export const claimsLogin = ({ system }: Operator): Authenticator =>
  loginAnew({
    name: 'claims',
    issuer: system,
    lifetimeMs: limits.natsStartMs,
    permissions: { pub: { allow: [claimsUpdate] }, sub: { allow: ['_INBOX.>'] } },
  });

/** Where a running server takes new account claims (full resolver). */
export const claimsUpdate = '$SYS.REQ.CLAIMS.UPDATE';
