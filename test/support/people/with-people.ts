/**
 * A coordinator as people meet it, without machines: real store, log owner, blobs, access and HTTP on a port of its own.
 * What a machine would do, a test does through `lease`.
 */
import { EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { adminTokenFile } from '#coordinator/access/admin-token.ts';
import type { ForgeRoles } from '#coordinator/access/forge-roles.ts';
import { openPeopleAccess, type PeopleAccess } from '#coordinator/access/people-access.ts';
import { type Audit, createAudit } from '#coordinator/audit/audit.ts';
import type { Blobs } from '#coordinator/blobs/blobs.ts';
import { openDirectoryBlobs } from '#coordinator/blobs/directory-blobs.ts';
import { parseConfig } from '#coordinator/config/config.ts';
import { createFleet, type Fleet } from '#coordinator/fleet/fleet.ts';
import { isolationsOf } from '#coordinator/fleet/isolation.ts';
import { poolInForce } from '#coordinator/fleet/pools.ts';
import { createAges } from '#coordinator/ground/ages.ts';
import type { Wake } from '#coordinator/ground/wake.ts';
import { buildPeopleApp } from '#coordinator/http/app.ts';
import { type ListenerBounds, listen, listenerBounds } from '#coordinator/http/listener.ts';
import type { PeopleParts } from '#coordinator/http/parts.ts';
import { createCatalog } from '#coordinator/images/catalog.ts';
import { openImageFiles } from '#coordinator/images/image-files.ts';
import { createLogs, type Logs } from '#coordinator/logs/logs.ts';
import { createMetrics } from '#coordinator/metrics/metrics.ts';
import { explainWait } from '#coordinator/queue/explain-wait.ts';
import { createJobs, type Jobs } from '#coordinator/queue/jobs.ts';
import { createTypicalTimes } from '#coordinator/queue/typical-times.ts';
import { createRuns } from '#coordinator/runs/runs.ts';
import { createMirrors } from '#coordinator/source/mirror.ts';
import { receiveDelivery } from '#coordinator/store/deliveries.ts';
import { listHosts } from '#coordinator/store/hosts.ts';
import { type Role, takeRole } from '#coordinator/store/roles.ts';
import { openStore, type Store, type Tx } from '#coordinator/store/store.ts';
import { listCredentials } from '#coordinator/wiring/list-credentials.ts';
import { createLogRows } from '#coordinator/wiring/log-rows.ts';
import { createMergeParts } from '#coordinator/wiring/merge-parts.ts';
import { makeSecrets } from '#coordinator/wiring/open-secrets.ts';
import { createPeopleParts } from '#coordinator/wiring/people-parts.ts';
import { createRemovalText } from '#coordinator/wiring/retention-ports.ts';
import { createWebApp } from '#coordinator/wiring/web-app.ts';
import type { LiveFrame } from '#shared/api.ts';
import type { CoordinatorId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { partsOf } from '#shared/readiness.ts';
import type { FakeGithub } from '#test/support/fake-github/fake-github.ts';
import { openGithubOfPeople } from './github-of-people.ts';

export const webhookSecret = 'a-secret-of-the-tests';
export const us = `coordinator_${'0'.repeat(26)}` as CoordinatorId;

/** Nothing is said to a forge. */
export const noStatuses = {
  publishRefusal: async () => [],
  withdrawRefusal: async () => [],
  publishSummary: async () => [],
};

export type LogLine = { level: number; msg: string } & Record<string, unknown>;

export type People = {
  url: string;
  port: number;
  dataDir: string;
  access: PeopleAccess;
  audit: Audit;
  /** Headers with which a program is the administrator. */
  admin: { authorization: string };
  app: FastifyInstance;
  store: Store;
  blobs: Blobs;
  logs: Logs;
  jobs: Jobs;
  /** Hears what a test says as a host; plans when it is told to. */
  fleet: Fleet;
  /** What the coordinator has logged, newest last. */
  logged: LogLine[];
  /** What was hastened, in order. */
  wakes: Wake[];
  /** What was published on the bus. */
  told: { subject: string; message: object }[];
  /** Public keys that may not log in any more. */
  revoked: string[];
  clock: { now: number };
  wakeUp(wakes: Wake[]): Promise<void>;
  makeLink(): string;
  /** With GitHub only. */
  roles: ForgeRoles | null;
  /** Ends it, as the composition root does. Once; otherwise it is done after the test. */
  close(): Promise<void>;
};

/** `stallMs`: so long may a reader of an answer take nothing. */
export type Bounds = Partial<ListenerBounds> & { stallMs?: number };

type Wrap = (real: PeopleParts) => PeopleParts;

const config = `
github: { token: { env: TOKEN }, webhook-secrets: [{ env: SECRET }] }
images: [{ name: debian-12, os: linux, arch: x86_64, machine: { driver: process } }]
pools: [{ image: debian-12, max: 2 }]
local-host: false
repositories: [{ name: acme/rocket, merge: { queue: {} } }]
`;

/**
 * Runs a test with people, and takes everything away again. `wrap` changes what the HTTP layer is given, `bounds` its listener. With `fake` people
 * sign in by it, and it is asked what they may.
 */
export async function withPeople(
  act: (people: People) => Promise<void>,
  wrap: Wrap = real => real,
  fake: FakeGithub | null = null,
  bounds: Bounds = {},
): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'paddock-people-'));
  try {
    const people = await start(dir, wrap, fake, bounds);
    try {
      await act(people);
    } finally {
      await people.close();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function becomeBrain(store: Store, now: number): Promise<Role> {
  const role = await store.write(tx => takeRole(tx, 'brain', us, now, limits.brainLeaseMs));
  if (!role) throw new Error('the only coordinator is not the brain');
  return role;
}

async function start(dir: string, wrap: Wrap, fake: FakeGithub | null, bounds: Bounds): Promise<People> {
  const logged: LogLine[] = [];
  const lines = new Writable({
    write(chunk, _, done) {
      logged.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const logger = pino({ level: 'info' }, lines);
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const store = await openStore({ type: 'sqlite', file: path.join(dir, 'paddock.db') });
  const blobs = await openDirectoryBlobs(path.join(dir, 'blobs'));
  const settings = await parseConfig({
    file: null,
    text: config,
    directory: dir,
    env: { TOKEN: 'no-token', SECRET: webhookSecret, PADDOCK_DATA: dir },
  });
  const rows = createLogRows(store, limits.logBytes, log => createRemovalText(settings, store)(log));
  const logs = await createLogs({
    dir: path.join(dir, 'logs'),
    owner: us,
    epoch: 1,
    blobs,
    rows,
    log: logger,
    now,
  });
  const address = { host: '127.0.0.1', port: 0 };
  const listener = await listen('the listener of the test', address, null, { ...listenerBounds, ...bounds });
  const access = await openPeopleAccess(dir, listener.url, { store, now });
  const jobs = createJobs({ publishStatus: async () => [], releaseMachine: async () => [] });
  const runs = createRuns({ ...noStatuses, applyToJob: jobs.apply });
  const changes = new EventEmitter<{ changed: [LiveFrame] }>().setMaxListeners(0);
  const wakes: Wake[] = [];
  async function wakeUp(hastened: Wake[]): Promise<void> {
    wakes.push(...hastened);
    for (const wake of hastened)
      if (wake.type === 'changed') changes.emit('changed', wake);
      else if (wake.type === 'log-ended') await logs.release(wake.attempt);
  }

  const audit = createAudit({ store, now });
  const catalog = createCatalog(settings);
  const metrics = createMetrics({ version: '0.0.0' });
  const told: People['told'] = [];
  const revoked: string[] = [];
  const role = await becomeBrain(store, clock.now);
  const fleet = createFleet({
    store,
    role,
    pools: catalog.pools,
    ticketFor: machine => `ticket of ${machine}`,
    filesTokenFor: host => `files token of ${host}`,
    machineUrl: 'http://127.0.0.1:7071',
    isAttentive: () => true,
    ages: createAges(() => clock.now, now),
    wakeUp: hastened => void wakeUp(hastened),
    now,
  });
  const waits = {
    image: async (tx: Tx, name: string) => poolInForce(tx, await catalog.pools(tx), name),
    backoffOf: fleet.backoffOf,
    limitOf: fleet.limitOf,
    isAttentive: () => true,
    async isUnisolated(tx: Tx, name: string) {
      const pool = (await catalog.pools(tx)).find(({ image }) => image.name === name);
      return pool !== undefined && isolationsOf(pool, await listHosts(tx)).every(each => each === 'none');
    },
    typicalMs: createTypicalTimes(now),
    now,
  };
  const github =
    fake && (await openGithubOfPeople(fake, { dir, store, role, access, listener, logger, clock }));
  const parts = createPeopleParts({
    readiness: async () => partsOf({ store: true, migrations: true, bus: true, brain: true }),
    config: settings,
    catalog,
    imageFiles: await openImageFiles(path.join(dir, 'images'), settings.imageFiles, store),
    store,
    bus: {
      isConnected: () => true,
      publish: (subject, message) => void told.push({ subject, message }),
      revoke: async peers => void revoked.push(...peers.map(({ publicKey }) => publicKey)),
    },
    blobs,
    logs,
    brain: {
      fleet,
      jobs,
      runs,
      merging: createMergeParts({
        ...{ config: settings, store, role, now },
        client: null,
        // Nobody merges here: what is asked for is only written down.
        mirrors: createMirrors({
          dir: path.join(dir, 'mirrors'),
          environment: {},
          credentialsFor: async () => null,
          policy: { allowLocal: false, allowSsh: false },
          log: { info: () => {}, warn: () => {} },
        }),
        peopleUrl: listener.url,
        applyToRun: runs.apply,
        wakeUp: hastened => void wakeUp(hastened),
        report: { warn: () => {} },
      }),
      waitPorts: waits,
      browsePorts: { peopleUrl: listener.url, waitReason: (tx, job) => explainWait(tx, job, waits) },
      async takeDelivery(delivery) {
        await store.write(tx => receiveDelivery(tx, delivery, now()));
        return [{ type: 'intake' }];
      },
      reconciler: null,
    },
    access,
    signIn: github?.signIn ?? null,
    audit,
    credentials: () =>
      listCredentials({
        ...{ config: settings, store, access, blobs, forge: null, startedAt: clock.now, now },
      }),
    web: createWebApp(),
    coordinator: us,
    peopleUrl: listener.url,
    machineUrl: 'http://127.0.0.1:7071',
    authorities: () => null,
    changes,
    secrets: makeSecrets({ config: settings, environment: {}, now, store, catalog }),
    metrics,
    version: '0.0.0',
    bytesLoosened() {},
    startedAt: clock.now,
    wakeUp: hastened => void wakeUp(hastened),
    now,
  });
  const app = buildPeopleApp(wrap(parts), logger, listener.server, bounds);
  await app.ready();
  let closed: Promise<void> | null = null;
  const close = async () => {
    await github?.close();
    await app.close();
    await logs.close();
    await listener.close();
    await store.close();
  };
  return {
    url: listener.url,
    port: listener.port,
    dataDir: dir,
    admin: { authorization: `Bearer ${(await readFile(adminTokenFile(dir), 'utf8')).trim()}` },
    access,
    audit,
    app,
    store,
    blobs,
    logs,
    jobs,
    fleet,
    logged,
    wakes,
    told,
    revoked,
    clock,
    wakeUp,
    makeLink: () => access.makeLink().url,
    roles: github?.roles ?? null,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
