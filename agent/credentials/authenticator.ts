import type { Authenticator } from '@nats-io/transport-node';
import type { UserKey } from './user-key.ts';

/**
 * Logs in to NATS with a user JWT: signs the server's nonce with the user's key. `jwt` is asked at every (re)connect, so
 * a renewed credential is used as soon as the connection is made anew.
 * Protocol: https://docs.nats.io/reference/reference-protocols/nats-protocol#connect
 */
export function createAuthenticator(key: UserKey, jwt: () => string): Authenticator {
  return nonce => ({
    jwt: jwt(),
    nkey: key.publicKey,
    sig: Buffer.from(key.sign(Buffer.from(nonce ?? ''))).toString('base64url'),
  });
}
