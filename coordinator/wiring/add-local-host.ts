/** The host that comes with a coordinator. */
import path from 'node:path';
import { withAuthorities } from '#shared/tls.ts';
import { makeJoinToken } from '../access/join-tokens.ts';
import { bundleAgents } from '../build/bundle-agents.ts';
import { type Config, usualLibvirt } from '../config/config.ts';
import { insertJoinToken } from '../store/hosts.ts';
import { startLocalHost } from './local-host.ts';
import type { Addresses } from './open-addresses.ts';
import type { Storage } from './open-storage.ts';
import type { Closer, Scene } from './scene.ts';

/** The host agent of this computer, with a join token of its own. */
export async function addLocalHost(
  { config, environment, now, logger }: Scene,
  { name, ...machinery }: NonNullable<Config['localHost']>,
  { store, catalog }: Storage,
  { machineUrl, authorities }: Addresses,
): Promise<Closer> {
  const [guest, host, outpost, proxy] = await bundleAgents();
  if (!guest || !host || !outpost || !proxy) throw new Error('the agents were not bundled');
  const isVirtual = (await catalog.images(store.read)).some(({ machine }) => machine.driver === 'libvirt');
  const localHost = await startLocalHost({
    dir: path.join(config.dataDir, 'hosts', name),
    bundles: { guest: guest.path, host: host.path, outpost: outpost.path, proxy: proxy.path },
    enrolUrl: machineUrl,
    ...machinery,
    libvirt: machinery.libvirt ?? (isVirtual ? usualLibvirt() : null),
    environment,
    report: logger,
    async makeJoinToken() {
      const { token, hash, expiresAt } = makeJoinToken(now());
      await store.write(tx => insertJoinToken(tx, { hash, hostName: name, expiresAt }));
      return withAuthorities(token, authorities());
    },
  });
  return localHost.close;
}
