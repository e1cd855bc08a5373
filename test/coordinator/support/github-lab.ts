/**
 * A coordinator's whole brain, with its own loops, over a GitHub of its own, in a time that moves when a test says so. Webhooks
 * arrive when a test delivers them; git is in memory; machines are rows, and a test ends what runs on them. The brain can be
 * stopped and started again over the same database.
 */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseConfig } from '#coordinator/config/config.ts';
import { createForgeClient } from '#coordinator/github/forge-client.ts';
import { createForgeReads } from '#coordinator/github/forge-reads.ts';
import type { Wake } from '#coordinator/ground/wake.ts';
import { createCatalog } from '#coordinator/images/catalog.ts';
import { createLogs } from '#coordinator/logs/logs.ts';
import { noSecrets } from '#coordinator/queue/run-spec.ts';
import { listDeliveries } from '#coordinator/store/deliveries.ts';
import { listPendingWrites } from '#coordinator/store/forge-writes.ts';
import { listOccupiedJobs, listQueuedJobs } from '#coordinator/store/jobs.ts';
import { takeRole } from '#coordinator/store/roles.ts';
import { listRuns } from '#coordinator/store/runs.ts';
import { openStore } from '#coordinator/store/store.ts';
import { type Brain, startBrain } from '#coordinator/wiring/brain.ts';
import type { BrainOptions } from '#coordinator/wiring/brain-options.ts';
import { createLogRows } from '#coordinator/wiring/log-rows.ts';
import { createSourcePorts } from '#coordinator/wiring/source-ports.ts';
import { createWakeUps } from '#coordinator/wiring/wake-up.ts';
import { limits } from '#shared/limits.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { until } from '#test/support/until.ts';
import { imageOf, startedAt, us } from './brain-lab.ts';
import { failed, finishedOf, passed } from './guest-lab.ts';
import { createMirror } from './memory-mirror.ts';
import { addHost, addMachine, attemptOf } from './rows.ts';

export type HookEvent = ReturnType<FakeGithub['github']['closePull']>[number];
export type GithubLab = Awaited<ReturnType<typeof openGithubLab>>;

export const repository = 'acme/rocket';

const minute = 60_000;

/** The computer may be busy with other tests. */
const appKey = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const appPermissions = {
  metadata: 'read',
  contents: 'write',
  statuses: 'write',
  checks: 'write',
  pull_requests: 'write',
};

const patient = { timeoutMs: minute };

/** Loops whose work is in hosts and machines, or by a clock that this lab does not have, are left out. */
const driven = ['intake', 'preparation', 'scheduler', 'outbox', 'reconciler', 'roles', 'waits'] as const;

export type GithubLabOptions = {
  /** In place of the name `acme/rocket`, such as `acme/*`. */
  pattern?: string;
  /** Keys of the entry of `acme/rocket`, as in a configuration. */
  policy?: string;
  hasWebhooks?: boolean;
  /** By an App in place of a token. */
  isApp?: boolean;
  /** Further keys of the image `linux`. */
  image?: string;
  /** In virtual machines, where the commit of a fork may run. */
  isIsolated?: boolean;
};

const disk =
  "disk: { url: 'https://images.example.org/disk.qcow2', sha256: '0000000000000000000000000000000000000000000000000000000000000000', format: qcow2 }";

const textOf = (
  baseUrl: string,
  {
    pattern = repository,
    policy = '',
    hasWebhooks = true,
    isApp = false,
    image = '',
    isIsolated = false,
  }: GithubLabOptions,
) => `
github: { api: '${baseUrl}', ${isApp ? 'app: { id: 4711, private-key: { env: KEY } }' : 'token: { env: TOKEN }'}${hasWebhooks ? ', webhook-secrets: [{ env: TOKEN }]' : ''} }
repositories: [{ name: '${pattern}'${policy} }]
allow-unisolated: ['acme/*']
images: [{ name: linux, os: linux, arch: x86_64, machine: { driver: ${isIsolated ? `libvirt }, ${disk}` : 'process }'}${image} }]
local-host: false
`;

export async function openGithubLab(options: GithubLabOptions = {}) {
  const dir = await mkdtemp(path.join(tmpdir(), 'paddock-github-'));
  const store = await openStore({ type: 'sqlite', file: path.join(dir, 'paddock.db') });
  const clock = { now: startedAt, monotonic: 0 };
  const now = () => clock.now;
  const fake = await startFakeGithub({ now });
  if (options.isApp) {
    fake.github.createApp({ id: 4_711, publicKey: appKey.publicKey, permissions: appPermissions });
    fake.github.installApp('acme');
  }
  const git = createMirror();
  const cloneUrl = `https://github.example.org/${repository}.git`;
  fake.github.createRepository({ fullName: repository, cloneUrl, head: git.commit(1) });
  const config = await parseConfig({
    file: null,
    text: textOf(fake.baseUrl, options),
    directory: dir,
    env: { TOKEN: fake.token, KEY: appKey.privateKey },
  });
  const errors: string[] = [];
  const said: string[] = [];
  const report: BrainOptions['report'] = {
    info: (_, message) => void said.push(message),
    warn: (_, message) => void said.push(message),
    error: ({ err }: { err?: unknown }, message) => void errors.push(`${message}: ${String(err)}`),
  };
  const files = path.join(dir, 'logs');
  const log = { info() {}, warn: report.warn, error: report.error };
  const rows = createLogRows(store, limits.logBytes, async () => 'removed');
  const logs = await createLogs({ dir: files, owner: us, epoch: 1, blobs: noBlobs as never, rows, log, now });
  /** By every step that ends from now on. */
  const printed = { text: 'hello' };
  /** How often what was read of people's rights was said to count no more. */
  const rights = { changes: 0 };
  const rightsChanged = () => {
    rights.changes += 1;
  };
  let life: { brain: Brain; idle(): Promise<void>; wakeUp(wakes: Wake[]): void } | null = null;
  let deliveries = 0;

  const wakeUpOf = () => {
    const wakeUps = createWakeUps({
      brain: () => brainNow(),
      bus: { publish() {}, async revoke() {} },
      changes: new EventEmitter(),
      async attemptEnded() {},
      rightsChanged,
      counted() {},
      report,
    });
    const isDriven = ({ type }: Wake) => !['fleet', 'images', 'backfill', 'leases'].includes(type);
    return { idle: wakeUps.idle, wakeUp: (wakes: Wake[]) => life && wakeUps.wakeUp(wakes.filter(isDriven)) };
  };
  const brainNow = (): Brain => {
    if (!life) throw new Error('the coordinator is stopped');
    return life.brain;
  };
  const wakeAll = () => {
    for (const name of driven) brainNow().loops[name].wake();
  };

  async function start(): Promise<void> {
    const role = await store.write(tx => takeRole(tx, 'brain', us, clock.now, limits.brainLeaseMs));
    if (!role) throw new Error('the only coordinator is not the brain');
    const app = { id: 4_711, privateKey: createPrivateKey(appKey.privateKey), installation: null };
    const credential = options.isApp ? { app } : { token: fake.token };
    const access = { baseUrl: fake.baseUrl, ...credential, now };
    const { wakeUp, idle } = wakeUpOf();
    const brain = startBrain({
      ...{ config, store, role, report, now, coordinator: us, catalog: createCatalog(config) },
      peopleUrl: 'https://ci.example.org',
      machineUrl: 'http://127.0.0.1:7071',
      client: createForgeClient(access),
      reads: createForgeReads(access),
      // Nothing is merged here.
      ...{ mergeClient: null, mirrors: {} as never },
      source: createSourcePorts(git.mirrors),
      blobs: noBlobs,
      guestPorts: { ...guestPorts, verifyLog: async () => ({ ok: true, log: logOf(printed.text) }) },
      sealPartial: async (_, reason) => ({ ...logOf(''), seal: { state: 'partial', bytes: 0, reason } }),
      logs,
      conformance: () => Promise.reject(new Error('no probation here')),
      ticketFor: machine => `ticket of ${machine}`,
      filesTokenFor: host => `files token of ${host}`,
      isBusConnected: () => true,
      rightsChanged,
      wakeUp,
      random: () => 0.5,
      monotonicMs: () => clock.monotonic,
    });
    life = { brain, idle, wakeUp };
    wakeAll();
  }

  async function stop(): Promise<void> {
    const { brain, idle } = life ?? { brain: null, idle: async () => {} };
    life = null;
    await idle();
    await Promise.all(Object.values(brain?.loops ?? {}).map(loop => loop.close()));
  }

  const isIdle = async () => {
    const open = (await listDeliveries(store.read, 999, null)).filter(({ verdict }) => verdict === null);
    const all = await listRuns(store.read, { max: 999, before: null, repository: null, sight: null });
    const preparing = all.filter(({ state }) => state.status === 'preparing');
    const pending = await listPendingWrites(store.read, 999);
    return open.length + preparing.length + pending.length === 0;
  };

  await start();
  const self = {
    ...git,
    dir,
    store,
    clock,
    fake,
    github: fake.github,
    errors,
    /** What the coordinator says of what it does. */
    said,
    rights,
    start,
    stop,
    get brain() {
      return brainNow();
    },
    get isRunning() {
      return life !== null;
    },
    /** Time goes on. */
    pass(ms: number) {
      clock.now += ms;
      clock.monotonic += ms;
      if (life) wakeAll();
    },
    /** Webhooks arrive, one after the other; to a coordinator that is stopped they do not, and GitHub does not try again. */
    async deliver(...events: HookEvent[]) {
      for (const { event, repository, payload } of events) {
        if (!life) continue;
        const id = `guid-${++deliveries}`;
        const delivery = { id, event, repository, body: JSON.stringify(payload) };
        life.wakeUp(await life.brain.takeDelivery(delivery));
        wakeAll();
      }
    },
    /** Everything that can be done is done, a pass of the reconciler too; GitHub has to answer. */
    async settle(): Promise<void> {
      self.pass(16 * minute);
      const { reconciler } = self.brain;
      reconciler?.begin();
      const since = clock.now;
      let looks = 0;
      await until(
        'a pass has ended',
        () => {
          // It rests where GitHub has asked for a pause.
          if (++looks % 50 === 0) self.pass(minute);
          const { lastPass = null, left } = reconciler?.health() ?? { left: null };
          return left === null && lastPass && lastPass.endedAt >= since;
        },
        patient,
      );
      looks = 0;
      await until(
        'nothing is left to do',
        () => {
          // A write may have been put off at the very end.
          if (++looks % 50 === 0) self.pass(minute);
          return isIdle();
        },
        patient,
      );
    },
    /** What every step prints that ends from now on. */
    prints(text: string): void {
      printed.text = text;
    },
    /** What the reconciler has mended since the last start. */
    repairs: (): number => brainNow().reconciler?.health().repairsSinceStart ?? 0,
    /** Every queued job gets a machine. */
    async lease() {
      let looks = 0;
      await until(
        'no job is queued',
        async () => {
          const queued = await listQueuedJobs(store.read, 999);
          // Others may have been planned meanwhile.
          if (looks++ % 50 === 0) await this.addMachines(queued.length);
          return queued.length === 0;
        },
        patient,
      );
    },
    async addMachines(count: number) {
      if (count === 0) return;
      const vm = options.isIsolated ? ({ driver: 'libvirt', isolation: 'vm' } as const) : {};
      const host = await addHost(self, `host-${++deliveries}`, vm);
      const image = imageOf('linux', options.isIsolated ? { driver: 'libvirt' } : {});
      for (let n = 0; n < count; n++) await addMachine(self, host, { image });
      self.brain.loops.scheduler.wake();
    },
    /** Every job that runs ends. */
    async finish(outcome: (image: string, n: number, suite: string) => 'passed' | 'failed' = () => 'passed') {
      for (const [n, job] of (await listOccupiedJobs(store.read)).entries()) {
        const attempt = await attemptOf(self as never, job.id);
        const end = outcome(job.image, n, job.suite) === 'passed' ? passed : failed;
        await self.brain.guests.onFinished(attempt.machineId, finishedOf(attempt, end));
      }
      wakeAll();
    },
    /** What GitHub shows of a commit: its newest statuses, as `context state: description`. */
    shown(commit: string): string[] {
      const all = fake.github.statusesOf(repository, commit);
      return [...new Map(all.map(status => [status.context, status])).values()].map(
        ({ context, state, description }) => `${context} ${state}: ${description}`,
      );
    },
    async close() {
      await stop();
      await fake.close();
      await logs.close();
      await store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return self;
}

/** Of one step, which printed this. */
function logOf(text: string) {
  const inline = Buffer.from(text);
  const lines = text.split('\n').length;
  return {
    seal: { state: 'complete' as const, bytes: inline.length, lines, sha256: 'd'.repeat(64) },
    inline,
    marks: [{ type: 'step-started' as const, seq: 0, at: 1, offset: 0, step: 0 }],
    moments: [],
  };
}

/** No attempt of this lab hands anything over. */
const noBlobs: BrainOptions['blobs'] = {
  get: sha256 => {
    throw new Error(`nobody has handed over ${sha256}`);
  },
};

const guestPorts: Omit<BrainOptions['guestPorts'], 'verifyLog'> = {
  missingArtifacts: async () => null,
  arrivedReports: async (_, named) => named,
  arrivedCaches: async () => [],
  spec: {
    token: (scope, attempt) => `${scope} ${attempt.id}`,
    machineUrl: 'http://127.0.0.1:7071',
    jobUrl: job => `https://ci.example.org/jobs/${job.id}`,
    secrets: { atOnce: async () => noSecrets, give: async () => noSecrets, hadSecrets: async () => false },
    logLimitBytes: limits.logBytes,
  },
};
