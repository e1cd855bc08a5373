/**
 * The composition root: makes the parts, starts them in order, closes them in reverse. Wiring only: whoever wants to know what
 * a coordinator is made of reads this file, then `wiring/open-*.ts` in the order in which it calls them.
 */
import { rm } from 'node:fs/promises';
import { type Logger, pino } from 'pino';
import { adminTokenFile } from './access/admin-token.ts';
import type { Config } from './config/config.ts';
import { maskConfig } from './config/mask-config.ts';
import { createMetrics } from './metrics/metrics.ts';
import { requireTls } from './tls/plain-text.ts';
import { believed } from './tls/shown.ts';
import { readVersion } from './version.ts';
import { addLocalHost } from './wiring/add-local-host.ts';
import { endMachines } from './wiring/end-machines.ts';
import { configuredCredentials } from './wiring/forge-credential.ts';
import { openAddresses } from './wiring/open-addresses.ts';
import { openAudit } from './wiring/open-audit.ts';
import { openBytes } from './wiring/open-bytes.ts';
import { openDoors } from './wiring/open-doors.ts';
import { openMind } from './wiring/open-mind.ts';
import { openSecrets } from './wiring/open-secrets.ts';
import { openStorage } from './wiring/open-storage.ts';
import { writePlace } from './wiring/place-file.ts';
import type { Closer } from './wiring/scene.ts';

export type Coordinator = {
  peopleUrl: string;
  machineUrl: string;
  natsUrl: string;
  dataDir: string;
  adminTokenFile: string;
  /** A link that signs one browser in once. */
  makeSignInLink(): { url: string; expiresAt: number };
  /** Whether a browser has ever signed in here. */
  hasAnybodySignedIn(): Promise<boolean>;
  /** `end`: every machine of the local host is destroyed first, so that nothing is left running. Default `keep`. */
  close(options?: { machines: 'keep' | 'end' }): Promise<void>;
};

export type CoordinatorParts = {
  logger?: Logger;
  now?: () => number;
  random?: () => number;
  natsServerPath?: string;
  /** Of this, only PATH, proxies and the like reach children. */
  environment?: NodeJS.ProcessEnv;
  /** The second word for plain text on addresses that other computers reach; the configuration has the first. */
  isPlainTextAllowed?: boolean;
};

/**
 * Starts a coordinator on one data directory. Everything it started is closed again when a later part fails.
 * @throws operational errors (configuration, ports, locks, newer schema, no nats-server) whose message says what to do.
 */
export async function startCoordinator(config: Config, parts: CoordinatorParts = {}): Promise<Coordinator> {
  const closers: Closer[] = [];
  try {
    return await assemble(config, parts, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function closeAll(closers: Closer[]): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

async function assemble(config: Config, parts: CoordinatorParts, closers: Closer[]): Promise<Coordinator> {
  const { now = Date.now, random = Math.random, environment = {}, natsServerPath } = parts;
  requireTls(config, parts.isPlainTextAllowed ?? false);
  const logger = parts.logger ?? pino({ level: config.logLevel });
  const [version, startedAt, starting] = [readVersion(), now(), new AbortController()];
  const scene = {
    config,
    credentials: configuredCredentials(config),
    logger,
    now,
    random,
    metrics: createMetrics({ version, report: logger }),
    environment,
    natsServerPath,
    version,
    startedAt,
    starting,
    closers,
  };
  logger.info({ config: maskConfig(config) }, `Paddock ${version} starts`);

  const storage = await openStorage(scene);
  const audit = await openAudit(scene, storage);
  const secrets = openSecrets(scene, storage);
  const addresses = await openAddresses(scene, storage);
  const bytes = await openBytes(scene, storage);
  const mind = await openMind(scene, storage, secrets, addresses, bytes);
  await openDoors(scene, storage, audit, secrets, addresses, bytes, mind);
  if (config.localHost) closers.push(await addLocalHost(scene, config.localHost, storage, addresses));

  const { dataDir } = config;
  const { localUrl, certificates, peopleUrl, machineUrl, bus } = addresses;
  const place = {
    peopleUrl,
    localUrl,
    authority: certificates && believed(certificates.kept()),
    adminTokenFile: adminTokenFile(dataDir),
    pid: process.pid,
  };
  const placeFile = await writePlace(dataDir, place);
  closers.push(() => rm(placeFile, { force: true }));
  logger.info({ peopleUrl, machineUrl, natsUrl: bus.natsUrl, dataDir }, 'Paddock is ready');
  return {
    peopleUrl,
    machineUrl,
    natsUrl: bus.natsUrl,
    dataDir,
    adminTokenFile: place.adminTokenFile,
    makeSignInLink: mind.access.makeLink,
    hasAnybodySignedIn: mind.access.hasAnybodySignedIn,
    async close({ machines: fate } = { machines: 'keep' }) {
      starting.abort();
      if (fate === 'end') await endMachines({ ...storage, ...mind, wakeUp: mind.wakeUps.wakeUp, now });
      await closeAll(closers);
    },
  };
}
