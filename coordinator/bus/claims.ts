import { createHash } from 'node:crypto';
import type { Instant } from '#shared/ids.ts';
import { type NatsKey, toBase32 } from './nkey.ts';

export type Claims = {
  name: string;
  /** The public key that the claims are about. */
  subject: string;
  issuedAt: Instant;
  /** Null: they hold for ever. */
  expiresAt: Instant | null;
  nats: { type: 'operator' | 'account' | 'user' } & Record<string, unknown>;
};

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const head = part({ typ: 'JWT', alg: 'ed25519-nkey' });
const toSeconds = (at: Instant): number => Math.floor(at / 1_000);

/**
 * Claims as a NATS JWT of version 2, signed by `issuer`: 0.1 ms. Equal claims give equal text (Ed25519 is deterministic).
 * Times are cut to seconds. Format: https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt
 */
export function encodeClaims(claims: Claims, issuer: NatsKey): string {
  const { name, subject, issuedAt, expiresAt, nats } = claims;
  const body = {
    ...(expiresAt === null ? {} : { exp: toSeconds(expiresAt) }),
    iat: toSeconds(issuedAt),
    iss: issuer.publicKey,
    name,
    sub: subject,
    nats: { ...nats, version: 2 },
  };
  const jti = toBase32(createHash('sha512-256').update(JSON.stringify(body)).digest());
  const signed = `${head}.${part({ jti, ...body })}`;
  return `${signed}.${issuer.sign(Buffer.from(signed)).toString('base64url')}`;
}
