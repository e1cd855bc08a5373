/**
 * The identities of one Paddock in NATS' operator mode: an operator, the system account, the account in which everything
 * happens, and its scoped signing key with the role `peer`, under which machines and hosts get their credentials. Made
 * once, kept in one file. The system account serves one purpose: replacing the account's claims in a running server.
 */
import * as z from 'zod';
import { type Instant, instant } from '#shared/ids.ts';
import { BusError } from './errors.ts';
import { createKey, keyFromText, type NatsKey } from './nkey.ts';
import { readOrMake } from './private-file.ts';

export type Operator = {
  createdAt: Instant;
  operator: NatsKey;
  system: NatsKey;
  account: NatsKey;
  /** Signs peers; the server takes their permissions from the role's template, never from their credential. */
  peerSigner: NatsKey;
};

const stored = z.object({
  createdAt: instant,
  operator: z.string(),
  system: z.string(),
  account: z.string(),
  peerSigner: z.string(),
});

function makeKeys(createdAt: Instant): string {
  return JSON.stringify({
    createdAt,
    operator: createKey('operator').toText(),
    system: createKey('account').toText(),
    account: createKey('account').toText(),
    peerSigner: createKey('account').toText(),
  });
}

function readKeys(text: string): Operator {
  const keys = stored.parse(JSON.parse(text));
  return {
    createdAt: keys.createdAt,
    operator: keyFromText('operator', keys.operator),
    system: keyFromText('account', keys.system),
    account: keyFromText('account', keys.account),
    peerSigner: keyFromText('account', keys.peerSigner),
  };
}

/** The operator kept in the file, made the first time. Throws `keys-unreadable` and `not-writable`. */
export async function loadOperator(path: string, now: Instant): Promise<Operator> {
  const text = await readOrMake(path, () => makeKeys(now));
  try {
    return readKeys(text);
  } catch {
    // Without a cause: what a parser says may quote the keys.
    throw new BusError(
      'keys-unreadable',
      `${path} is damaged; restore it from a backup, or remove it: then every host and machine has to enrol again`,
    );
  }
}
