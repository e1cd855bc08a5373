/**
 * The composition root: makes the parts, starts them in order, closes them in reverse. Wiring only: whoever wants to know
 * what a coordinator is made of reads this file from top to bottom.
 */
import { EventEmitter } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import type { LiveFrame } from '#shared/api.ts';
import type { CoordinatorId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { adminTokenFile } from './access/admin-token.ts';
import { createAttemptTokens } from './access/attempt-tokens.ts';
import { createBootTickets } from './access/boot-tickets.ts';
import { hashJoinToken, makeJoinToken } from './access/join-tokens.ts';
import { loadKey } from './access/keys.ts';
import { openPeopleAccess } from './access/people-access.ts';
import { createUploads } from './artifacts/uploads.ts';
import { openDirectoryBlobs } from './blobs/directory-blobs.ts';
import { bundleAgents } from './bundle.ts';
import { startBus } from './bus/bus.ts';
import { lockFolder } from './bus/folder-lock.ts';
import { type Config, maskConfig, repositoryConfig } from './config.ts';
import { createForgeClient } from './github/forge-client.ts';
import { buildPeopleApp } from './http/app.ts';
import { listen } from './http/listener.ts';
import { serveMachines } from './http/machine-app.ts';
import { createLogs } from './logs/logs.ts';
import { startLoop } from './loop.ts';
import { jobUrl } from './runs/browse.ts';
import { createMirrors } from './source/mirror.ts';
import { createSourceServer } from './source/source-server.ts';
import { insertJoinToken } from './store/hosts.ts';
import { type Role, renewRole, takeRole } from './store/roles.ts';
import { openStore, type Store } from './store/store.ts';
import type { Wake } from './wake.ts';
import { answerPeers } from './wiring/answers.ts';
import { createArtifactRows } from './wiring/artifact-rows.ts';
import { type Brain, startBrain } from './wiring/brain.ts';
import { loadCoordinatorId } from './wiring/coordinator-id.ts';
import { endMachines } from './wiring/end-machines.ts';
import { forgeCredential } from './wiring/forge-credential.ts';
import { startLocalHost } from './wiring/local-host.ts';
import { createLogRows } from './wiring/log-rows.ts';
import { createMachineParts } from './wiring/machine-parts.ts';
import { createPeopleParts } from './wiring/people-parts.ts';
import { writePlace } from './wiring/place-file.ts';
import { createSourcePorts } from './wiring/source-ports.ts';
import { createWakeUps } from './wiring/wake-up.ts';
import { createWebApp } from './wiring/web-app.ts';

export const version = '0.1.0';

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

async function assemble(config: Config, parts: CoordinatorParts, closers: Closer[]): Promise<Coordinator> {
  const { now = Date.now, random = Math.random, environment = {}, natsServerPath } = parts;
  const logger = parts.logger ?? pino({ level: config.logLevel });
  const { dataDir } = config;
  const startedAt = now();
  const starting = new AbortController();
  logger.info({ config: maskConfig(config) }, `Paddock ${version} starts`);

  // Storage, and the one brain.
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  closers.push(await lockFolder(path.join(dataDir, 'lock')));
  const store = await openStore(config.database);
  closers.push(store.close);
  const coordinator = await loadCoordinatorId(dataDir);
  const role = await becomeBrain(store, coordinator, now, closers, logger);
  const blobs = await openDirectoryBlobs(path.join(dataDir, 'blobs'));

  // Addresses: known before anything that mentions them is made.
  const people = await listen("the people's listener", config.listen.people);
  closers.push(people.close);
  const machines = await listen('the machine listener', config.listen.machines);
  closers.push(machines.close);
  const peopleUrl = config.url?.replace(/\/$/, '') ?? people.url;
  const machineUrl = config.machineUrl?.replace(/\/$/, '') ?? machines.url;
  const bus = await startBus({
    dir: dataDir,
    coordinator,
    host: config.listen.nats.host,
    port: config.listen.nats.port || undefined,
    publicHost: config.machineUrl ? new URL(config.machineUrl).hostname : undefined,
    serverPath: natsServerPath,
    log: logger,
    signal: starting.signal,
  });
  closers.push(bus.close);

  // Bytes: source in, logs and artifacts out.
  const mirrors = createMirrors({
    dir: path.join(dataDir, 'mirrors'),
    environment,
    credentialsFor: forgeCredential(config, store),
    // What a forge names is checked again, more strictly, in source-ports.
    policy: { allowLocal: true, allowSsh: true },
    log: logger,
  });
  closers.push(mirrors.close);
  const source = createSourceServer({ mirrors, log: logger });
  closers.push(source.close);
  const logs = await createLogs({
    dir: path.join(dataDir, 'logs'),
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

  // Keys and the brain itself.
  const tokens = createAttemptTokens(await loadKey(dataDir, 'attempt-tokens'));
  const tickets = createBootTickets(await loadKey(dataDir, 'boot-tickets'));
  const access = await openPeopleAccess(dataDir, peopleUrl);
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
  const brain: Brain = startBrain({
    config,
    store,
    role,
    coordinator,
    peopleUrl,
    machineUrl,
    client: config.github
      ? createForgeClient({ baseUrl: config.github.api, token: config.github.token })
      : null,
    source: createSourcePorts(mirrors),
    sealPartial: logs.sealPartial,
    ticketFor: tickets.ticketFor,
    isBusConnected: bus.isConnected,
    wakeUp: wakeUps.wakeUp,
    report: logger,
    now,
    random,
    guestPorts: {
      verifyLog: ({ attempt, log, marks }) => logs.verify(attempt, { ...log, marks }),
      async missingArtifacts({ attempt, artifacts }) {
        const claim = await uploads.claim(attempt, artifacts);
        return claim.ok ? null : claim.message;
      },
      spec: {
        machineUrl,
        logLimitBytes: config.logLimitBytes,
        jobUrl: job => jobUrl(peopleUrl, job.id),
        secretsFor: (_, fullName) => repositoryConfig(config, fullName)?.secrets ?? {},
        token: (scope, attempt, run, exp) =>
          tokens.issue({ scope, attempt: attempt.id, repository: run.repositoryId, commit: run.commit, exp }),
      },
    },
  });
  closers.push(() => Promise.all(Object.values(brain.loops).map(loop => loop.close())));

  // Doors open last: everything behind them is there.
  answerPeers(bus, brain, logs, coordinator);
  bus.onReconnect(() => brain.leaseClock.connection(true));
  serveMachines(
    machines.server,
    createMachineParts({
      tokens,
      source,
      uploads,
      now,
      enrolment: {
        store,
        coordinator,
        natsUrl: bus.natsUrl,
        machineOfTicket: tickets.machineOf,
        hashJoinToken,
        mint: bus.mintPeer,
        now,
      },
    }),
    logger,
  );
  const app = buildPeopleApp(
    createPeopleParts({
      config,
      store,
      bus,
      blobs,
      logs,
      brain,
      access,
      web: createWebApp(),
      coordinator,
      peopleUrl,
      changes,
      version,
      startedAt,
      wakeUp: wakeUps.wakeUp,
      now,
    }),
    logger,
    people.server,
  );
  closers.push(() => app.close());
  await app.ready();
  wakeUps.wakeUp(everything);

  if (config.localHost)
    closers.push(
      await addLocalHost(config, config.localHost.name, store, machineUrl, environment, now, logger),
    );
  const place = await writePlace(dataDir, {
    peopleUrl,
    adminTokenFile: adminTokenFile(dataDir),
    pid: process.pid,
  });
  closers.push(() => rm(place, { force: true }));
  logger.info({ peopleUrl, machineUrl, natsUrl: bus.natsUrl, dataDir }, 'Paddock is ready');

  return {
    peopleUrl,
    machineUrl,
    natsUrl: bus.natsUrl,
    dataDir,
    adminTokenFile: adminTokenFile(dataDir),
    makeSignInLink: access.makeLink,
    async close({ machines: fate } = { machines: 'keep' }) {
      starting.abort();
      if (fate === 'end') await endMachines({ store, role, brain, wakeUp: wakeUps.wakeUp, now });
      await closeAll(closers);
    },
  };
}

/** At start every loop looks at the store once: whatever an earlier start left half done goes on here. */
const everything: Wake[] = (
  ['intake', 'preparation', 'leases', 'fleet', 'scheduler', 'outbox', 'waits'] as const
).map(type => ({ type }));

/** Takes the role, waiting for a former holder's lease to run out, and keeps it. */
async function becomeBrain(
  store: Store,
  self: CoordinatorId,
  now: () => number,
  closers: Closer[],
  logger: Logger,
): Promise<Role> {
  let role = await store.write(tx => takeRole(tx, 'brain', self, now(), limits.brainLeaseMs));
  while (!role) {
    logger.info('another coordinator is the brain; waiting for its lease to run out');
    await delay(limits.brainRenewMs);
    role = await store.write(tx => takeRole(tx, 'brain', self, now(), limits.brainLeaseMs));
  }
  const held = role;
  const renewal = startLoop({
    async tick() {
      const isOurs = await store.write(tx => renewRole(tx, held, now(), limits.brainLeaseMs));
      if (!isOurs)
        logger.error('another coordinator has taken over; this one decides nothing any more: stop it');
      return isOurs ? limits.brainRenewMs : null;
    },
    onError: error => logger.error({ err: error }, 'the role could not be renewed; trying again'),
  });
  renewal.wake();
  closers.push(renewal.close);
  return held;
}

async function addLocalHost(
  config: Config,
  name: string,
  store: Store,
  machineUrl: string,
  environment: NodeJS.ProcessEnv,
  now: () => number,
  logger: Logger,
): Promise<Closer> {
  const [guest, host] = await bundleAgents();
  if (!guest || !host) throw new Error('the agents were not bundled');
  const localHost = await startLocalHost({
    dir: path.join(config.dataDir, 'hosts', name),
    bundles: { guest: guest.path, host: host.path },
    enrolUrl: machineUrl,
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
