/** NATS under TLS, reached at the gateway of a machine: another address than its certificate's. */
import { expect, test } from 'vitest';
import { createUserKey } from '#agent/credentials/user-key.ts';
import { openConnection } from '#agent/guest/session/connection.ts';
import { defaultTimings } from '#agent/guest/session/timings.ts';
import { newId } from '#coordinator/store/new-id.ts';
import { withBench } from '#test/coordinator/bus/with-bus.ts';
import { createAuthority } from '#test/support/authority.ts';
import { until } from '#test/support/until.ts';

test('a machine logs in where the name is right, and to nobody else', { timeout: 30_000 }, async () => {
  await withBench(async bench => {
    const authority = await createAuthority();
    const { key: pem, certificate } = await authority.certify(['ci.paddock.test']);
    const tls = {
      pem: () => `${pem}${certificate}`,
      authorities: () => authority.pem,
      name: () => 'ci.paddock.test',
    };
    const bus = await bench.start({ tls });
    const machine = newId.machine();
    const key = createUserKey();
    const expiresAt = Date.now() + 60_000;
    const jwt = bus.mintPeer({ id: machine, publicKey: key.publicKey, expiresAt });
    const connectAs = (natsName: string, said: string[], signal: AbortSignal) =>
      openConnection({
        ...{ machine, signal, timings: { ...defaultTimings, retryFirstMs: 10, retryMaxMs: 10 } },
        log: (event, facts) => void said.push(`${event} ${JSON.stringify(facts)}`),
        credential: {
          ...{ key, authorities: authority.pem, refresh: async () => {} },
          answer: () => ({
            ...{ id: machine, jwt, expiresAt, coordinator: newId.coordinator() },
            // As a gateway: the address of this computer, which the certificate is not for.
            ...{ natsUrl: bus.natsUrl, natsName },
          }),
        },
      });
    const connection = await connectAs('ci.paddock.test', [], new AbortController().signal);
    expect(connection.isConnected()).toBe(true);
    await connection.close();
    const [said, giveUp]: [string[], AbortController] = [[], new AbortController()];
    const refused = connectAs('elsewhere.test', said, giveUp.signal).catch(error => String(error));
    await until('it is refused', () => said.some(line => /elsewhere\.test.*altnames/.test(line)));
    giveUp.abort(new Error('enough'));
    expect(await refused).toContain('enough');
  });
});
