/**
 * A coordinator's brain without its loops: a real store in a directory of its own, the real features over it, and a clock
 * that moves when a test says so. Hosts, machines and GitHub are the test.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFleet } from '#coordinator/fleet/fleet.ts';
import { isolationsOf } from '#coordinator/fleet/isolation.ts';
import { createReleaseMachine } from '#coordinator/fleet/machines.ts';
import { poolInForce } from '#coordinator/fleet/pools.ts';
import type { PlannedPool } from '#coordinator/fleet/snapshot.ts';
import { createAges } from '#coordinator/ground/ages.ts';
import type { Counted } from '#coordinator/ground/counted.ts';
import type { Wake } from '#coordinator/ground/wake.ts';
import { explainWait } from '#coordinator/queue/explain-wait.ts';
import { createJobs, type EndedLog } from '#coordinator/queue/jobs.ts';
import { createLeaseClock } from '#coordinator/queue/lease-clock.ts';
import { reapLeases } from '#coordinator/queue/leases.ts';
import type { RunSpecPorts } from '#coordinator/queue/run-spec.ts';
import { assign, schedule } from '#coordinator/queue/scheduler.ts';
import { createTypicalTimes } from '#coordinator/queue/typical-times.ts';
import { createJobStatuses } from '#coordinator/runs/job-status.ts';
import { createRuns } from '#coordinator/runs/runs.ts';
import { listHosts } from '#coordinator/store/hosts.ts';
import { type Role, takeRole } from '#coordinator/store/roles.ts';
import { wasGivenSecrets } from '#coordinator/store/secret-log.ts';
import { openStore, type Store, type Tx } from '#coordinator/store/store.ts';
import type { AttemptId, CoordinatorId } from '#shared/ids.ts';
import { type ImageManifestInput, imageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { pool } from '#shared/pool.ts';

export const us = `coordinator_${'0'.repeat(26)}` as CoordinatorId;
export const rival = `coordinator_${'0'.repeat(25)}1` as CoordinatorId;
export const startedAt = 1_700_000_000_000;

/** An image whose machines are processes, unless it is told otherwise. */
export const imageOf = (name: string, machine: Partial<ImageManifestInput['machine']> = {}) =>
  imageManifest.parse({
    name,
    os: 'linux',
    arch: 'x86_64',
    machine: { driver: 'process', ...machine },
    ...(machine.driver === 'libvirt' ? { disk } : {}),
  });

/** What a VM needs to be one; nobody fetches it here. */
const disk = {
  url: 'https://images.example.org/disk.qcow2',
  sha256: '0'.repeat(64),
  format: 'qcow2',
} as const;

export const poolOf = (
  image: ReturnType<typeof imageOf>,
  limitsOfPool: { hosts?: string[]; warm?: number; max?: number; idle?: string } = {},
): PlannedPool => ({ image, isPaused: false, pool: pool.parse({ image: image.name, ...limitsOfPool }) });

const aSecret = { secrets: { TOKEN: 'a-secret' }, secretFiles: {} };

const spec: RunSpecPorts = {
  token: (scope, attempt, _, expiresAt) => `${scope} ${attempt.id} until ${expiresAt}`,
  machineUrl: 'http://127.0.0.1:7071',
  jobUrl: job => `https://ci.example.org/jobs/${job.id}`,
  secrets: { atOnce: async () => aSecret, give: async () => aSecret, hadSecrets: wasGivenSecrets },
  logLimitBytes: limits.logBytes,
};

export type Lab = Awaited<ReturnType<typeof openLab>>;

export async function openLab({ pools = [poolOf(imageOf('linux'))] }: { pools?: PlannedPool[] } = {}) {
  const dir = await mkdtemp(path.join(tmpdir(), 'paddock-brain-'));
  const store = await openStore({ type: 'sqlite', file: path.join(dir, 'paddock.db') });
  const clock = { now: startedAt, monotonic: 0 };
  const now = () => clock.now;
  const role = await becomeBrain(store);
  const wakes: Wake[] = [];
  const sealed: { attempt: AttemptId; reason: string }[] = [];
  const counted: Counted[] = [];
  const wakeUp = (hastened: Wake[]) => {
    for (const wake of hastened)
      if (wake.type === 'counted') counted.push(wake.counted);
      else wakes.push(wake);
  };

  const monotonicMs = () => clock.monotonic;
  const leaseClock = createLeaseClock(monotonicMs, now);
  const fleet = createFleet({
    store,
    role,
    pools: async () => pools,
    ticketFor: machine => `ticket of ${machine}`,
    filesTokenFor: host => `files token of ${host}`,
    machineUrl: 'http://127.0.0.1:7071',
    isAttentive: leaseClock.isAttentive,
    ages: createAges(monotonicMs, now),
    wakeUp,
    now,
  });
  const imageNamed = (tx: Tx, name: string) => poolInForce(tx, pools, name);
  const waits = {
    image: imageNamed,
    async isUnisolated(tx: Tx, name: string) {
      const pool = pools.find(({ image }) => image.name === name);
      return pool !== undefined && isolationsOf(pool, await listHosts(tx)).every(each => each === 'none');
    },
    backoffOf: fleet.backoffOf,
    limitOf: fleet.limitOf,
    isAttentive: () => true,
    typicalMs: createTypicalTimes(now),
    now,
  };
  const browsePorts = {
    peopleUrl: 'https://ci.example.org',
    waitReason: (tx: Parameters<typeof explainWait>[0], job: Parameters<typeof explainWait>[1]) =>
      explainWait(tx, job, waits),
  };
  const statuses = createJobStatuses(browsePorts);
  const jobs = createJobs({
    publishStatus: statuses.publish,
    releaseMachine: createReleaseMachine(spec.secrets),
  });
  const runs = createRuns({
    publishRefusal: statuses.publishRefusal,
    withdrawRefusal: statuses.withdrawRefusal,
    publishSummary: statuses.publishSummary,
    applyToJob: jobs.apply,
  });
  const suspected: string[] = [];
  const leases = {
    store,
    jobs,
    role,
    clock: leaseClock,
    ages: createAges(monotonicMs, now),
    now,
    onLost: (host: Parameters<typeof fleet.suspect>[0]) => {
      suspected.push(host);
      fleet.suspect(host);
    },
    async sealPartial(attempt: AttemptId, reason: string): Promise<EndedLog> {
      sealed.push({ attempt, reason });
      return {
        seal: { state: 'partial', bytes: 3, reason },
        inline: new Uint8Array([1, 2, 3]),
        marks: [],
        moments: [],
      };
    },
  };

  return {
    store,
    clock,
    role,
    pools,
    wakes,
    /** What was counted of changes that were committed. */
    counted,
    sealed,
    suspected,
    wakeUp,
    now,
    leaseClock,
    fleet,
    waits,
    browsePorts,
    statuses,
    jobs,
    runs,
    leases,
    /** Time goes on, and the lease loop with it, as often as it should. */
    pass(ms: number) {
      for (let left = ms; left > 0; left -= limits.renewalMs) {
        const step = Math.min(left, limits.renewalMs);
        clock.now += step;
        clock.monotonic += step;
        leaseClock.tick();
      }
    },
    spec,
    schedule: () => schedule({ store, jobs, role, logOwner: us, spec, now }),
    assignJobs: (tx: Tx) => assign({ jobs, role, logOwner: us, spec, now }, tx),
    reap: () => reapLeases(leases),
    /** Another coordinator takes over: this one is the brain no more. */
    loseRole: () =>
      store.write(tx =>
        takeRole(tx, 'brain', rival, clock.now + 2 * limits.brainLeaseMs, limits.brainLeaseMs),
      ),
    async close() {
      await store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function becomeBrain(store: Store): Promise<Role> {
  const role = await store.write(tx => takeRole(tx, 'brain', us, startedAt, limits.brainLeaseMs));
  if (!role) throw new Error('the only coordinator is not the brain');
  return role;
}
