import * as z from 'zod';
import { limits } from '#shared/limits.ts';
import { connect } from './connect.ts';
import { BusError, messageOf } from './errors.ts';
import { clientTls, type Login } from './login.ts';
import { claimsLogin, claimsUpdate } from './mint.ts';

const answer = z.object({ data: z.object({ code: z.number(), message: z.string() }) });

/**
 * Gives a running server new account claims; when this resolves, it acts on them. A connection of its own as a user of
 * the system account, so that no lasting connection has that right. Throws `revocation-failed`.
 */
export async function pushClaims({ operator, servers, tls }: Login, jwt: string): Promise<void> {
  try {
    const connection = await connect({
      servers,
      ...clientTls(tls),
      authenticator: claimsLogin(operator),
      reconnect: false,
      timeout: limits.natsRequestMs,
      name: 'claims',
    });
    try {
      const reply = await connection.request(claimsUpdate, jwt, { timeout: limits.natsRequestMs });
      const { code, message } = answer.parse(reply.json()).data;
      if (code !== 200) throw new Error(message);
    } finally {
      await connection.close();
    }
  } catch (cause) {
    throw new BusError(
      'revocation-failed',
      `nats-server did not take new account claims (${messageOf(cause)}); they are stored and sent again`,
      { cause },
    );
  }
}
