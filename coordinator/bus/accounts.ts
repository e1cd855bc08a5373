/** What the operator says about itself and its two accounts, as NATS JWTs. Pure. */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { peerPermissions } from '#shared/subjects.ts';
import { encodeClaims } from './claims.ts';
import type { Operator } from './operator.ts';

/** Everything is stated, because what is left out counts as 0 (the system account included). No JetStream, no leaf nodes. */
const accountLimits = {
  conn: limits.natsConnections,
  subs: -1,
  data: -1,
  payload: limits.natsPayloadBytes,
  imports: 0,
  exports: 0,
  wildcards: true,
  leaf: 0,
  mem_storage: 0,
  disk_storage: 0,
  streams: 0,
  consumer: 0,
  disallow_bearer: true,
};

const peerTemplate = {
  pub: { allow: peerPermissions.publish },
  sub: { allow: peerPermissions.subscribe },
  subs: limits.natsPeerSubscriptions,
  data: -1,
  payload: limits.natsPayloadBytes,
  bearer_token: false,
  allowed_connection_types: ['STANDARD'],
};

/** Always the same text for the same operator, so that the server's configuration does not change by itself. */
export const operatorJwt = ({ operator, system, createdAt }: Operator): string =>
  encodeClaims(
    {
      name: 'paddock',
      subject: operator.publicKey,
      issuedAt: createdAt,
      expiresAt: null,
      nats: { type: 'operator', system_account: system.publicKey },
    },
    operator,
  );

/** Always the same text for the same operator. */
export const systemJwt = ({ operator, system, createdAt }: Operator): string =>
  encodeClaims(
    {
      name: 'SYS',
      subject: system.publicKey,
      issuedAt: createdAt,
      expiresAt: null,
      nats: { type: 'account', limits: accountLimits },
    },
    operator,
  );

/** The claims of the account: its limits, the role `peer`, and who is revoked (public key → seconds since the epoch). */
export const accountJwt = (
  { operator, account, peerSigner }: Operator,
  revocations: Record<string, number>,
  now: Instant,
): string =>
  encodeClaims(
    {
      name: 'PADDOCK',
      subject: account.publicKey,
      issuedAt: now,
      expiresAt: null,
      nats: {
        type: 'account',
        limits: accountLimits,
        signing_keys: [
          { kind: 'user_scope', key: peerSigner.publicKey, role: 'peer', template: peerTemplate },
        ],
        revocations,
      },
    },
    operator,
  );
