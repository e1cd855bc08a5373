/**
 * The composition root: makes the parts, starts them in order, closes them in reverse. Wiring only: whoever wants to know
 * what a coordinator is made of reads this file from top to bottom.
 */
import { EventEmitter } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Logger, pino } from 'pino';
import type { LiveFrame } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { adminTokenFile } from './access/admin-token.ts';
import { createAttemptTokens } from './access/attempt-tokens.ts';
import { createBootTickets } from './access/boot-tickets.ts';
import { createImageTokens } from './access/image-tokens.ts';
import { hashJoinToken, makeJoinToken } from './access/join-tokens.ts';
import { loadKey } from './access/keys.ts';
import { openPeopleAccess } from './access/people-access.ts';
import { createUploads } from './artifacts/uploads.ts';
import { openDirectoryBlobs } from './blobs/directory-blobs.ts';
import { bundleAgents } from './bundle.ts';
import { startBus } from './bus/bus.ts';
import { lockFolder } from './bus/folder-lock.ts';
import { createCaches } from './caches/caches.ts';
import { type Config, maskConfig, usualLibvirt } from './config.ts';
import { createForgeClient } from './github/forge-client.ts';
import type { ForgeCredentials } from './github/forge-credentials.ts';
import { createForgeReads } from './github/forge-reads.ts';
import { createMergeClient } from './github/merge-client.ts';
import { buildPeopleApp } from './http/app.ts';
import { listen } from './http/listener.ts';
import { serveMachines } from './http/machine-app.ts';
import { createCatalog } from './images/catalog.ts';
import { openImageFiles } from './images/image-files.ts';
import { createLogs } from './logs/logs.ts';
import { startLoop } from './loop.ts';
import { forgetOldTests } from './reports/forget.ts';
import { createMirrors } from './source/mirror.ts';
import { createSourceServer } from './source/source-server.ts';
import { insertJoinToken } from './store/hosts.ts';
import { openStore } from './store/store.ts';
import { readVersion } from './version.ts';
import { answerPeers } from './wiring/answers.ts';
import { createArtifactRows } from './wiring/artifact-rows.ts';
import { becomeBrain } from './wiring/become-brain.ts';
import { type Brain, startBrain } from './wiring/brain.ts';
import { createConformance } from './wiring/conformance.ts';
import { loadCoordinatorId } from './wiring/coordinator-id.ts';
import { endMachines } from './wiring/end-machines.ts';
import { configuredCredentials, forgeCredential } from './wiring/forge-credential.ts';
import { createGuestPorts } from './wiring/guest-ports.ts';
import { startLocalHost } from './wiring/local-host.ts';
import { createLogRows } from './wiring/log-rows.ts';
import { createMachineParts } from './wiring/machine-parts.ts';
import { createPeopleParts } from './wiring/people-parts.ts';
import { writePlace } from './wiring/place-file.ts';
import { createSourcePorts } from './wiring/source-ports.ts';
import { createWakeUps } from './wiring/wake-up.ts';
import { createWebApp } from './wiring/web-app.ts';

export type Coordinator = {
  peopleUrl: string;
  machineUrl: string;
  natsUrl: string;
  dataDir: string;
  adminTokenFile: string;
  /** A link that signs one browser in once. */
  makeSignInLink(): { url: string; expiresAt: number };
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
};

type Closer = () => Promise<unknown> | unknown;

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

/** What every part is made with, and where it leaves how it is closed. */
type Scene = {
  config: Config;
  /** Null: GitHub is not configured. */
  credentials: ForgeCredentials | null;
  logger: Logger;
  now: () => number;
  random: () => number;
  environment: NodeJS.ProcessEnv;
  natsServerPath: string | undefined;
  version: string;
  startedAt: number;
  /** Aborts when the coordinator is closed, also while it starts. */
  starting: AbortController;
  closers: Closer[];
};

async function assemble(config: Config, parts: CoordinatorParts, closers: Closer[]): Promise<Coordinator> {
  const { now = Date.now, random = Math.random, environment = {}, natsServerPath } = parts;
  const logger = parts.logger ?? pino({ level: config.logLevel });
  const [version, startedAt, starting] = [readVersion(), now(), new AbortController()];
  const scene = {
    config,
    credentials: configuredCredentials(config),
    logger,
    now,
    random,
    environment,
    natsServerPath,
    version,
    startedAt,
    starting,
    closers,
  };
  logger.info({ config: maskConfig(config) }, `Paddock ${version} starts`);

  const storage = await openStorage(scene);
  const addresses = await openAddresses(scene, storage);
  const bytes = await openBytes(scene, storage);
  const mind = await openMind(scene, storage, addresses, bytes);
  await openDoors(scene, storage, addresses, bytes, mind);
  if (config.localHost) closers.push(await addLocalHost(scene, config.localHost, storage, addresses));

  const { dataDir } = config;
  const { people, peopleUrl, machineUrl, bus } = addresses;
  const place = {
    peopleUrl,
    localUrl: people.url,
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
    async close({ machines: fate } = { machines: 'keep' }) {
      starting.abort();
      if (fate === 'end') await endMachines({ ...storage, ...mind, wakeUp: mind.wakeUps.wakeUp, now });
      await closeAll(closers);
    },
  };
}

/** Removes, now and every so often, what nobody wants any more. */
function tidy(
  { closers, logger }: Scene,
  what: string,
  everyMs: number,
  remove: () => Promise<unknown>,
): void {
  const loop = startLoop({
    tick: () => remove().then(() => everyMs),
    onError: error => logger.error({ err: error }, `${what} could not be removed; trying again`),
  });
  closers.push(loop.close);
  loop.wake();
}

type Storage = Awaited<ReturnType<typeof openStorage>>;

/** The rows, the role of the one brain, the blobs, and which images there are. */
async function openStorage(scene: Scene) {
  const { config, now, closers, logger } = scene;
  const { dataDir, database } = config;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  closers.push(await lockFolder(path.join(dataDir, 'lock')));
  const store = await openStore(database);
  closers.push(store.close);
  const coordinator = await loadCoordinatorId(dataDir);
  const { role, giveUp } = await becomeBrain({ store, self: coordinator, now, log: logger });
  closers.push(giveUp);
  const imageFiles = await openImageFiles(path.join(dataDir, 'images'), config.imageFiles, store);
  // What was sent for an image that was never registered, and what only removed versions named.
  tidy(scene, 'unused files of images', limits.imageFileKeepMs, () => imageFiles.removeUnused(now()));
  return {
    store,
    coordinator,
    role,
    blobs: await openDirectoryBlobs(path.join(dataDir, 'blobs')),
    catalog: createCatalog(config),
    imageFiles,
  };
}

type Addresses = Awaited<ReturnType<typeof openAddresses>>;

/** Two listeners and the bus: known before anything that mentions them is made. */
async function openAddresses(
  { config, natsServerPath, starting, closers, logger }: Scene,
  { coordinator }: Storage,
) {
  const people = await listen("the people's listener", config.listen.people);
  closers.push(people.close);
  const machines = await listen('the machine listener', config.listen.machines);
  closers.push(machines.close);
  const bus = await startBus({
    dir: config.dataDir,
    coordinator,
    host: config.listen.nats.host,
    port: config.listen.nats.port || undefined,
    publicHost: config.machineUrl ? new URL(config.machineUrl).hostname : undefined,
    serverPath: natsServerPath,
    log: logger,
    signal: starting.signal,
  });
  closers.push(bus.close);
  const peopleUrl = config.url?.replace(/\/$/, '') ?? people.url;
  const machineUrl = config.machineUrl?.replace(/\/$/, '') ?? machines.url;
  return { people, machines, bus, peopleUrl, machineUrl };
}

type Bytes = Awaited<ReturnType<typeof openBytes>>;

/** Source in, logs and artifacts out. */
async function openBytes(scene: Scene, storage: Storage) {
  const { config, credentials, environment, now, closers, logger } = scene;
  const { store, coordinator, role, blobs } = storage;
  const mirrors = createMirrors({
    dir: path.join(config.dataDir, 'mirrors'),
    environment,
    credentialsFor: forgeCredential(config, credentials, store),
    // What a forge names is checked again, more strictly, in source-ports.
    policy: { allowLocal: true, allowSsh: true },
    log: logger,
  });
  closers.push(mirrors.close);
  const source = createSourceServer({ mirrors, log: logger });
  closers.push(source.close);
  const logs = await createLogs({
    dir: path.join(config.dataDir, 'logs'),
    owner: coordinator,
    epoch: role.epoch,
    blobs,
    rows: createLogRows(store, config.logLimitBytes),
    log: logger,
    now,
  });
  closers.push(logs.close);
  const uploads = createUploads({ blobs, rows: createArtifactRows(store), log: logger });
  closers.push(uploads.close);
  // A coordinator that was killed at the end of an attempt has not taken away what that one left half uploaded.
  tidy(scene, 'forsaken uploads', limits.uploadScanMs, () => uploads.reap(now()));
  const caches = createCaches({ store, blobs, fileId: mirrors.fileId, report: logger, now });
  tidy(scene, 'old caches', limits.cacheScanMs, caches.reap);
  tidy(scene, 'old reports of tests', limits.testScanMs, () => forgetOldTests({ store, blobs, now }));
  return { mirrors, source, logs, uploads, caches };
}

type Mind = Awaited<ReturnType<typeof openMind>>;

/** Keys, and the brain with what wakes it. */
async function openMind(scene: Scene, storage: Storage, addresses: Addresses, bytes: Bytes) {
  const { config, environment, now, random, closers, logger } = scene;
  const { bus, peopleUrl, machineUrl } = addresses;
  const { mirrors, logs, uploads } = bytes;
  const tokens = createAttemptTokens(await loadKey(config.dataDir, 'attempt-tokens'));
  const tickets = createBootTickets(await loadKey(config.dataDir, 'boot-tickets'));
  const imageTokens = createImageTokens(await loadKey(config.dataDir, 'image-files'));
  const access = await openPeopleAccess(config.dataDir, peopleUrl);
  const changes = new EventEmitter<{ changed: [LiveFrame] }>().setMaxListeners(0);
  const wakeUps = createWakeUps({
    brain: () => brain,
    bus,
    changes,
    report: logger,
    async attemptEnded(attempt) {
      await logs.release(attempt);
      await uploads.release(attempt);
    },
  });
  closers.push(wakeUps.idle);
  const { github } = config;
  const brain: Brain = startBrain({
    ...storage,
    config,
    peopleUrl,
    machineUrl,
    mergeClient:
      github && scene.credentials
        ? createMergeClient({ baseUrl: github.api, credentials: scene.credentials })
        : null,
    mirrors,
    client:
      github && scene.credentials
        ? createForgeClient({ baseUrl: github.api, credentials: scene.credentials })
        : null,
    reads:
      github && scene.credentials
        ? createForgeReads({ baseUrl: github.api, credentials: scene.credentials })
        : null,
    source: createSourcePorts(mirrors),
    sealPartial: logs.sealPartial,
    logs,
    conformance: createConformance(config.dataDir, environment),
    ticketFor: tickets.ticketFor,
    filesTokenFor: host => imageTokens.tokenFor(host, now()),
    isBusConnected: bus.isConnected,
    wakeUp: wakeUps.wakeUp,
    report: logger,
    now,
    random,
    guestPorts: createGuestPorts({ config, addresses, logs, uploads, tokens }),
  });
  closers.push(() => Promise.all(Object.values(brain.loops).map(loop => loop.close())));
  return { tokens, tickets, imageTokens, access, changes, wakeUps, brain };
}

/** Doors open last: everything behind them is there. */
async function openDoors(
  { config, now, version, startedAt, closers, logger }: Scene,
  { store, coordinator, blobs, catalog, imageFiles }: Storage,
  { people, machines, bus, peopleUrl, machineUrl }: Addresses,
  { source, logs, uploads, caches }: Bytes,
  { tokens, tickets, imageTokens, access, changes, wakeUps: { wakeUp }, brain }: Mind,
): Promise<void> {
  answerPeers(bus, brain, logs, coordinator);
  bus.onReconnect(() => brain.leaseClock.connection(true));
  const { natsUrl, mintPeer: mint } = bus;
  const enrolment = {
    store,
    coordinator,
    natsUrl,
    machineOfTicket: tickets.machineOf,
    hashJoinToken,
    mint,
    revoke: bus.revoke,
    now,
  };
  serveMachines(
    machines.server,
    createMachineParts({
      tokens,
      imageTokens,
      findImageFile: imageFiles.find,
      source,
      uploads,
      caches,
      now,
      enrolment,
    }),
    logger,
  );
  machines.open();
  const parts = {
    config,
    catalog,
    imageFiles,
    store,
    bus,
    blobs,
    logs,
    brain,
    access,
    coordinator,
    peopleUrl,
    machineUrl,
    changes,
  };
  const app = buildPeopleApp(
    createPeopleParts({ ...parts, web: createWebApp(), version, startedAt, wakeUp, now }),
    logger,
    people.server,
  );
  closers.push(() => app.close());
  await app.ready();
  people.open();
  // Every loop looks at the store once: whatever an earlier start left half done goes on here.
  for (const loop of Object.values(brain.loops)) loop.wake();
}

/** The host agent of this computer, with a join token of its own. */
async function addLocalHost(
  { config, environment, now, logger }: Scene,
  { name, ...machinery }: NonNullable<Config['localHost']>,
  { store, catalog }: Storage,
  { machineUrl }: Addresses,
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
      return token;
    },
  });
  return localHost.close;
}
