/** NATS under TLS, with a real server. */
import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { nameIn, natsTls } from '#agent/credentials/nats-tls.ts';
import type { Bus } from '#coordinator/bus/bus.ts';
import type { BusTls } from '#coordinator/bus/login.ts';
import { createAuthority, type TestAuthority } from '#test/support/authority.ts';
import { until } from '#test/support/until.ts';
import { withBench } from './with-bus.ts';

/** The certificate of a bus, which a test may change. */
async function certified(authority: TestAuthority): Promise<{ tls: BusTls; renew(): Promise<void> }> {
  const make = async () => {
    const { key, certificate } = await authority.certify(['bus.test', '127.0.0.1']);
    return `${key}${certificate}`;
  };
  let pem = await make();
  return {
    tls: { pem: () => pem, authorities: () => authority.pem, name: () => 'bus.test' },
    renew: async () => {
      pem = await make();
    },
  };
}

/** As host and guest agents connect. */
const asAgent = ({ natsUrl }: Bus, { pem }: TestAuthority) => natsTls(natsUrl, pem, () => nameIn(natsUrl));

test('peers that believe the authority come in, others do not', async () => {
  await withBench(async bench => {
    const authority = await createAuthority();
    const bus = await bench.start({ tls: (await certified(authority)).tls });
    expect(bus.natsUrl).toMatch(/^tls:\/\/127\.0\.0\.1:/);
    expect(bus.isConnected()).toBe(true);
    const { nats } = await bench.peer(bus, asAgent(bus, authority));
    expect(nats.info).toMatchObject({ tls_required: true });
    const stranger = await createAuthority('somebody else');
    await expect(bench.peer(bus, asAgent(bus, stranger))).rejects.toThrow(/certificate/);
    await expect(bench.peer(bus)).rejects.toThrow(/certificate/);
  });
});

test('another certificate is shown without a restart, and peers come back by themselves', async () => {
  await withBench(async bench => {
    const authority = await createAuthority();
    const { tls, renew } = await certified(authority);
    const bus = await bench.start({ tls });
    const { nats } = await bench.peer(bus, asAgent(bus, authority));
    const [pid, before] = [await bench.serverPid(), await shownAt(bus.natsUrl, authority)];
    await renew();
    await bus.renewCertificate();
    await until('it shows the other one', async () => (await shownAt(bus.natsUrl, authority)) !== before);
    expect(await bench.serverPid()).toBe(pid);
    await until('the peer is back', async () => (await nats.rtt()) >= 0);
    await until('the coordinator is', () => bus.isConnected());
    await bench.peer(bus, asAgent(bus, authority));
  });
});

/** The fingerprint of the certificate that is shown, by the protocol of NATS: it says hello in plain text first. */
async function shownAt(natsUrl: string, { pem }: TestAuthority): Promise<string> {
  const socket = connectPlain(Number(new URL(natsUrl).port), '127.0.0.1');
  await once(socket, 'data');
  const secure = connect({ socket, ca: pem, checkServerIdentity: () => undefined });
  await once(secure, 'secureConnect');
  const { fingerprint256 } = secure.getPeerCertificate();
  secure.destroy();
  return fingerprint256;
}

test('the next start shows the newest certificate', async () => {
  await withBench(async bench => {
    const authority = await createAuthority();
    const { tls, renew } = await certified(authority);
    const bus = await bench.start({ tls });
    await bus.close();
    await renew();
    const again = await bench.start({ tls });
    await bench.peer(again, asAgent(again, authority));
    expect(again.natsUrl).toBe(bus.natsUrl);
  });
});
