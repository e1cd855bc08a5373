/** Where a coordinator is reached. */
import { limits } from '#shared/limits.ts';
import type { ListenerName } from '#shared/tls.ts';
import { startBus } from '../bus/bus.ts';
import { isLoopback } from '../bus/nats-version.ts';
import { listen, listenerBounds, type Shown } from '../http/listener.ts';
import { type Certificates, openCertificates } from '../tls/certificates.ts';
import { TlsError } from '../tls/errors.ts';
import { expectedNames, hostOf } from '../tls/expected-names.ts';
import type { Kept } from '../tls/folder.ts';
import { covers, namesOf } from '../tls/names.ts';
import { aNameOf, believed, believedAsWord, pemOf, shownBy } from '../tls/shown.ts';
import type { Storage } from './open-storage.ts';
import type { Scene } from './scene.ts';

export type Addresses = Awaited<ReturnType<typeof openAddresses>>;

/** Two listeners and the bus: known before anything that mentions them is made. */
export async function openAddresses(scene: Scene, { coordinator }: Storage) {
  const { config, natsServerPath, starting, closers, logger, metrics } = scene;
  const certificates = await openTls(scene);
  const shown = (name: ListenerName) =>
    certificates && config.tls.includes(name) ? shownTo(certificates.kept(), name) : null;
  const people = await listen("the people's listener", config.listen.people, shown('people'), {
    ...listenerBounds,
    refused: () => metrics.refused('too-many-connections', 'people'),
  });
  closers.push(people.close);
  const machines = await listen('the machine listener', config.listen.machines, shown('machines'), {
    ...listenerBounds,
    requestMs: limits.uploadDeadlineMs,
    refused: () => metrics.refused('too-many-connections', 'machines'),
  });
  closers.push(machines.close);
  const peopleUrl = config.url?.replace(/\/$/, '') ?? people.url;
  const machineUrl = config.machineUrl?.replace(/\/$/, '') ?? machines.url;
  const natsTls = certificates && config.tls.includes('nats') ? natsTlsOf(certificates) : null;
  const bus = await startBus({
    dir: config.dataDir,
    coordinator,
    host: config.listen.nats.host,
    port: config.listen.nats.port || undefined,
    publicHost: config.machineUrl ? hostOf(config.machineUrl) : undefined,
    tls: natsTls,
    serverPath: natsServerPath,
    log: logger,
    refused: code => metrics.refused(code, 'bus'),
    signal: starting.signal,
  });
  closers.push(bus.close);
  if (certificates) requireCovered(scene, certificates.kept(), machineUrl, hostOf(bus.natsUrl));
  certificates?.onChange(async () => {
    people.show(shown('people'));
    machines.show(shown('machines'));
    await bus.renewCertificate();
  });
  // Before what it tells of its changes is closed.
  if (certificates) closers.push(certificates.close);
  /** As the command line of this computer comes: by a name that the certificate is for. */
  const isElsewhere = people.isTls && !isLoopback(hostOf(people.url));
  const localUrl = isElsewhere && certificates?.kept().given ? peopleUrl : people.url;
  /** What hosts are told with their token: only where TLS of ours is what they meet. */
  const isMet = config.tls.some(name => name !== 'people');
  const authorities = () => (certificates && isMet ? believedAsWord(believed(certificates.kept())) : null);
  return { people, machines, bus, certificates, authorities, localUrl, peopleUrl, machineUrl };
}

async function openTls({ config, now, logger, closers }: Scene): Promise<Certificates | null> {
  if (config.tls.length === 0) return null;
  const certificates = await openCertificates({
    dataDir: config.dataDir,
    names: expectedNames(config),
    now,
    logger,
  });
  closers.push(certificates.close);
  return certificates;
}

/** The own certificate, for `localhost`, beside a given one: that is for a name of the world. */
function shownTo(kept: Kept, name: ListenerName): Shown {
  const { key, chain } = shownBy(kept, name);
  return { key, chain, local: { key: kept.own.key, chain: kept.own.chain } };
}

/** Everything is asked anew: certificates change while the bus runs. */
const natsTlsOf = ({ kept }: Certificates) => ({
  pem: () => pemOf(shownBy(kept(), 'nats')),
  authorities: () => believed(kept()),
  name: () => aNameOf(shownBy(kept(), 'nats')),
});

/** Before a machine finds out: a given certificate has to be for the names by which machines come. */
function requireCovered({ config }: Scene, kept: Kept, machineUrl: string, natsHost: string): void {
  if (config.tls.includes('nats') && !config.tls.includes('machines') && machineUrl.startsWith('https:'))
    throw new TlsError(
      'name-not-covered',
      'listen.nats speaks TLS, so that hosts believe the authorities of this coordinator and no others, and `machine-url` leads to a proxy with a certificate of somebody else; write `tls: [machines, nats]`, and let the proxy hand TLS on as it is',
    );
  const expected: [ListenerName, string][] = [
    ...(machineUrl.startsWith('https:') ? [['machines', hostOf(machineUrl)] as [ListenerName, string]] : []),
    ['nats', natsHost],
  ];
  for (const [listener, name] of expected) {
    const { leaf } = shownBy(kept, listener);
    if (!config.tls.includes(listener) || name === 'localhost' || covers(leaf, name)) continue;
    throw new TlsError(
      'name-not-covered',
      `machines expect ${name} at listen.${listener}, and its certificate is for ${namesOf(leaf).join(', ')}; set \`machine-url\` to one of these names, or take the private authority's certificate again: paddock tls use --own`,
    );
  }
}
