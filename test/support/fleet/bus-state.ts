/** Who is connected to the fleet's nats-server, and with how many subscriptions, by the server's own account. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { encodeClaims } from '#coordinator/bus/claims.ts';
import { createKey } from '#coordinator/bus/nkey.ts';
import { loadOperator } from '#coordinator/bus/operator.ts';
import type { Fleet } from './fleet.ts';

export type BusConnection = { name: string; subscriptions: number };

export async function busConnections({ dataDir }: Fleet): Promise<BusConnection[]> {
  const { system } = await loadOperator(join(dataDir, 'nats/keys.json'), Date.now());
  const port = (await readFile(join(dataDir, 'nats/port'), 'utf8')).trim();
  const watcher = 'watcher of the tests';
  const nats = await connect({
    servers: `127.0.0.1:${port}`,
    timeout: 2_000,
    reconnect: false,
    name: watcher,
    authenticator(nonce) {
      const key = createKey('user');
      const [now, nats] = [Date.now(), { type: 'user', subs: -1, data: -1, payload: -1 } as const];
      const expiresAt = now + 60_000;
      const claims = { name: watcher, subject: key.publicKey, issuedAt: now, expiresAt, nats };
      const sig = key.sign(Buffer.from(nonce ?? '')).toString('base64url');
      return { jwt: encodeClaims(claims, system), nkey: key.publicKey, sig };
    },
  });
  try {
    const answer = await nats.request('$SYS.REQ.SERVER.PING.CONNZ', '{"auth":true,"limit":10000}', {
      timeout: 2_000,
    });
    const { data } = answer.json<{
      data: { connections: { name?: string; name_tag?: string; subscriptions: number }[] };
    }>();
    return data.connections
      .map(({ name, name_tag: tag, subscriptions }) => ({ name: tag ?? name ?? '', subscriptions }))
      .filter(({ name }) => name !== watcher);
  } finally {
    await nats.close();
  }
}
