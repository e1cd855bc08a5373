/** The parts that only the holder of the role may have, and the loops that drive them. */
import type { AttemptId, CommitSha, CoordinatorId, HostId, Instant, MachineId, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { RefusalCode } from '#shared/refusals.ts';
import { type ForgeRoles, startForgeRoles } from '../access/forge-roles.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { Config } from '../config/config.ts';
import {
  configuredNames,
  configuredPatterns,
  mayRunUnisolated,
  repositoryConfig,
  testedBranches,
} from '../config/config.ts';
import { createFleet, type Fleet } from '../fleet/fleet.ts';
import { isolationsOf, neverIsolatedAmong, unisolatedAmong } from '../fleet/isolation.ts';
import { createReleaseMachine } from '../fleet/machines.ts';
import { poolInForce } from '../fleet/pools.ts';
import type { ForgeClient } from '../github/forge-client.ts';
import type { ForgeReads } from '../github/forge-reads.ts';
import type { MergeClient } from '../github/merge-client.ts';
import { compareHeads } from '../github/newer-head.ts';
import { startOutbox } from '../github/outbox.ts';
import { readDelivery } from '../github/read-delivery.ts';
import { type Reconciler, startReconciler } from '../github/reconcile/reconciler.ts';
import { createAges } from '../ground/ages.ts';
import { type Loop, startLoop } from '../ground/loop.ts';
import type { Wake } from '../ground/wake.ts';
import type { Catalog } from '../images/catalog.ts';
import { tryVersions } from '../images/probation.ts';
import type { Logs } from '../logs/logs.ts';
import { countQueue, type QueueCounts } from '../queue/count-waiting.ts';
import { explainWait, type WaitPorts } from '../queue/explain-wait.ts';
import type { GuestPorts, Guests } from '../queue/guest-ports.ts';
import { createGuests } from '../queue/guests.ts';
import { createJobs, type EndedLog, type Jobs } from '../queue/jobs.ts';
import { createLeaseClock, type LeaseClock } from '../queue/lease-clock.ts';
import { reapLeases } from '../queue/leases.ts';
import { assign, schedule } from '../queue/scheduler.ts';
import { createTypicalTimes } from '../queue/typical-times.ts';
import { endUnplaceable } from '../queue/unplaceable.ts';
import { ingestReports } from '../reports/ingest.ts';
import { backfill } from '../runs/backfill.ts';
import type { BrowsePorts } from '../runs/browse.ts';
import { checkStanding, publishCheck, withCheckRuns } from '../runs/check-runs.ts';
import { describeCheck } from '../runs/describe-check.ts';
import { actOn, handleDeliveries } from '../runs/intake.ts';
import type { RepositoryPolicy } from '../runs/intake-ports.ts';
import { createJobStatuses } from '../runs/job-status.ts';
import { startPreparation } from '../runs/prepare.ts';
import { createRuns, type Runs } from '../runs/runs.ts';
import { createDeliveryTaker } from '../runs/take-delivery.ts';
import { usualCommands } from '../runs/usual-commands.ts';
import { findEvidence } from '../store/boot-evidence.ts';
import { endPutOffs } from '../store/clock-leap.ts';
import { listHosts } from '../store/hosts.ts';
import { findLandedWith } from '../store/merge-batches.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import { createRolePorts } from './forge-people.ts';
import { watchLeaps } from './leap-watch.ts';
import { mergeCommand } from './merge-command.ts';
import { createMergeParts, type MergeMirrors, type MergeParts } from './merge-parts.ts';
import type { ReceiverOptions } from './receive-delivery.ts';
import type { SourcePorts } from './source-ports.ts';
import { readStepOutput } from './step-output.ts';

export type BrainOptions = {
  config: Config;
  catalog: Catalog;
  store: Store;
  role: Role;
  coordinator: CoordinatorId;
  peopleUrl: string;
  machineUrl: string;
  /** Null: GitHub is not configured. */
  client: ForgeClient | null;
  mergeClient: MergeClient | null;
  mirrors: MergeMirrors;
  reads: ForgeReads | null;
  source: SourcePorts;
  guestPorts: Omit<GuestPorts, 'publishProgress' | 'assignJobs'>;
  sealPartial(attempt: AttemptId, reason: string): Promise<EndedLog>;
  logs: Pick<Logs, 'read' | 'moments' | 'facts' | 'places'>;
  blobs: Pick<Blobs, 'get'>;
  /** The conformance suite, as a repository. */
  conformance(): Promise<{ cloneUrl: string; commit: CommitSha }>;
  ticketFor(machine: MachineId): string;
  filesTokenFor(host: HostId): string;
  /** What was read of people's rights does not count any more. */
  rightsChanged(): void;
  isBusConnected(): boolean;
  wakeUp(wakes: Wake[]): void;
  /** Told of each commit or job that is refused. */
  refused?: ((code: RefusalCode) => void) | undefined;
  report: Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;
  now: () => Instant;
  random: () => number;
  /** A clock that nobody sets, in ms. */
  monotonicMs?: () => number;
};

export type Brain = {
  jobs: Jobs;
  runs: Runs;
  guests: Guests;
  fleet: Fleet;
  leaseClock: LeaseClock;
  /** How many jobs wait, and why. */
  countQueue(): Promise<QueueCounts>;
  browsePorts: BrowsePorts;
  waitPorts: WaitPorts;
  takeDelivery: ReceiverOptions['take'];
  merging: MergeParts;
  /** What GitHub says of people who are signed in; null: GitHub is not configured. */
  forgeRoles: Pick<ForgeRoles, 'lookAt'> | null;
  /** How far it is from GitHub; null: GitHub is not configured. */
  reconciler: Pick<Reconciler, 'begin' | 'health'> | null;
  loops: Record<
    | 'intake'
    | 'preparation'
    | 'scheduler'
    | 'leases'
    | 'fleet'
    | 'images'
    | 'backfill'
    | 'merging'
    | 'reports'
    | 'outbox'
    | 'reconciler'
    | 'roles'
    | 'waits',
    Loop
  >;
};

const leaseTickMs = 1_000;
const fleetTickMs = 5_000;
const waitsPerRefresh = 200;

export function startBrain(options: BrainOptions): Brain {
  const { config, store, role, source, catalog, wakeUp, report, now, random } = options;
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  const leaseClock = createLeaseClock(monotonicMs, now);
  const fleet = createFleet({
    store,
    role,
    pools: catalog.pools,
    ticketFor: options.ticketFor,
    filesTokenFor: options.filesTokenFor,
    machineUrl: options.machineUrl,
    isAttentive: leaseClock.isAttentive,
    ages: createAges(monotonicMs, now),
    wakeUp,
    now,
  });
  const waitPorts: WaitPorts = {
    async isUnisolated(tx: Tx, name: string) {
      const pool = (await catalog.pools(tx)).find(({ image }) => image.name === name);
      return pool !== undefined && isolationsOf(pool, await listHosts(tx)).every(each => each === 'none');
    },
    image: async (tx: Tx, name: string) => poolInForce(tx, await catalog.pools(tx), name),
    backoffOf: fleet.backoffOf,
    limitOf: fleet.limitOf,
    isAttentive: leaseClock.isAttentive,
    typicalMs: createTypicalTimes(now),
    now,
  };
  const browsePorts: BrowsePorts = {
    peopleUrl: options.peopleUrl,
    waitReason: (tx, job) => explainWait(tx, job, waitPorts),
  };
  // Only an App may write check runs.
  const hasCheckRuns = config.github?.access.type === 'app';
  const plainStatuses = createJobStatuses(browsePorts);
  const statuses = hasCheckRuns ? withCheckRuns(plainStatuses, browsePorts) : plainStatuses;
  /** What has settled may be what a merge waited for. */
  const publishStatus: typeof statuses.publish = async (tx, job, at) => [
    ...(await statuses.publish(tx, job, at)),
    ...(job.state.status === 'settled' ? await merging.jobSettled(tx, job.runId) : []),
  ];
  const { spec } = options.guestPorts;
  const releaseMachine = createReleaseMachine(spec.secrets);
  const jobs = createJobs({ publishStatus, releaseMachine });
  const runs = createRuns({
    publishRefusal: statuses.publishRefusal,
    withdrawRefusal: statuses.withdrawRefusal,
    publishSummary: statuses.publishSummary,
    applyToJob: jobs.apply,
  });
  const merging = createMergeParts({
    ...{ config, store, role, wakeUp, now, report },
    client: options.mergeClient,
    mirrors: options.mirrors,
    peopleUrl: options.peopleUrl,
    applyToRun: runs.apply,
  });
  const scheduler = { store, jobs, role, logOwner: options.coordinator, spec, now };
  const assignJobs = (tx: Tx) => assign(scheduler, tx);
  const guests = createGuests({
    store,
    jobs,
    clock: leaseClock,
    refused: options.refused,
    wakeUp,
    now,
    ports: { ...options.guestPorts, publishProgress: statuses.publishProgress, assignJobs },
  });
  const idle = () => startLoop({ tick: async () => null, onError: () => {} });
  const forgeRoles = options.client
    ? startForgeRoles({
        ...{ store, role, report, now, monotonicMs },
        forge: createRolePorts(options.client),
        changed: options.rightsChanged,
      })
    : null;
  const intake = {
    store,
    role,
    runs,
    wakeUp,
    report,
    now,
    applyToJob: jobs.apply,
    readDelivery: (event: string, body: string) => readDelivery(event, JSON.parse(body)),
    policyFor: (fullName: string) => policyFor(config, fullName),
    foresee: source.foresee,
    heardOfPull: merging.heardOfPull,
    heardOfRoles: async (tx: Tx, heard: Parameters<ForgeRoles['heardOf']>[1]) =>
      forgeRoles?.heardOf(tx, heard),
    landedWith: findLandedWith,
    orderOfHeads,
    currentPull: async (fullName: string, number: number) => {
      if (!options.client)
        throw new Error('GitHub is not configured, so it cannot be asked how the pull request is now');
      const { headSha, state } = await options.client.pullHead(fullName, number);
      return { headSha, isOpen: state === 'open' };
    },
    async isTeamMember(question: Parameters<ForgeClient['isTeamMember']>[0]) {
      if (!options.client)
        throw new Error('GitHub is not configured, so it cannot be asked who is in a team');
      return options.client.isTeamMember(question);
    },
    async mayWrite(fullName: string, login: string) {
      if (!options.client) throw new Error('GitHub is not configured, so it cannot be asked who may write');
      return options.client.mayWrite(fullName, login);
    },
    commands: [
      ...usualCommands({
        runs,
        applyToJob: jobs.apply,
        isEveryCommit: name => repositoryConfig(config, name)?.commits === 'every-commit',
      }),
      mergeCommand(merging),
    ],
  };
  const neverIsolated = async (tx: Tx) => neverIsolatedAmong(await catalog.pools(tx), await listHosts(tx));
  const preparation = {
    store,
    role,
    runs,
    images: catalog.images,
    wakeUp,
    refused: options.refused,
    report,
    now,
    random,
    ports: {
      ...source,
      supersedesLanded: (fullName: string) => repositoryConfig(config, fullName)?.landed === 'supersede',
      registeredSuite: (fullName: string) => repositoryConfig(config, fullName)?.suite ?? null,
      mayRunUnisolated: (fullName: string) => mayRunUnisolated(config, fullName),
      unisolatedImages: async (tx: Tx) => unisolatedAmong(await catalog.pools(tx), await listHosts(tx)),
      neverIsolatedImages: neverIsolated,
      publishStatus: statuses.publish,
      publishSummary: statuses.publishSummary,
      applyToJob: jobs.apply,
      assignJobs,
    },
  };

  const leases = {
    store,
    jobs,
    role,
    clock: leaseClock,
    ages: createAges(monotonicMs, now),
    sealPartial: options.sealPartial,
    onLost: fleet.suspect,
    now,
  };
  const probation = {
    store,
    role,
    ages: createAges(monotonicMs, now),
    suite: options.conformance,
    logs: options.logs,
    waitReason: browsePorts.waitReason,
    async cancelRun(tx: Tx, run: RunId, message: string) {
      const event = { type: 'cancel-requested', at: now(), reason: 'cancelled', message } as const;
      return (await runs.apply(tx, run, event)).wakes;
    },
    async consoleOf(tx: Tx, machine: MachineId) {
      return (await findEvidence(tx, machine))?.console ?? null;
    },
    wakeUp,
    now,
  };
  const { blobs } = options;
  const reports = { store, role, blobs, publishStatus: statuses.publish, wakeUp, report, now };
  const refreshWaits = async () => {
    const ended = await endUnplaceable({
      ...{ store, role, jobs, neverIsolated, now },
      refused: options.refused,
    });
    const refreshed = await store.write(async tx => {
      await assertRole(tx, role);
      return statuses.refreshWaits(tx, now(), waitsPerRefresh);
    });
    return [...ended, ...refreshed];
  };

  const reconciler = options.reads
    ? startReconciler({
        ...{
          store,
          role,
          reads: options.reads,
          peopleUrl: options.peopleUrl,
          wakeUp,
          report,
          now,
          monotonicMs,
        },
        configured: configuredNames(config),
        patterns: configuredPatterns(config),
        isPolling: config.github?.webhookSecrets === null,
        branchesOf: (fullName, defaultBranch) => {
          const repository = repositoryConfig(config, fullName);
          return repository && testedBranches(repository, defaultBranch);
        },
        async act(intent) {
          const { note, wakes } = await actOn(intake, intent);
          wakeUp(wakes);
          return note;
        },
        sawOpen: merging.sawOpen,
        publishStatus: statuses.publish,
        checks: hasCheckRuns
          ? { standingOf: checkStanding, publish: (tx, run, at) => publishCheck(tx, browsePorts, run, at) }
          : null,
      })
    : null;
  const outbox = options.client
    ? startOutbox({
        ...{ store, role, client: options.client, now, random, report },
        describeCheck: describeCheck(store.read, browsePorts, readStepOutput(options.logs, report)),
        onReturn: () => reconciler?.begin(),
      })
    : { ...idle(), clockLeapt() {} };
  const takeDelivery = createDeliveryTaker(intake);
  const hasLeapt = watchLeaps(monotonicMs, now);
  /** Everything that waits for a moment waits for one of the clock as it was. */
  const followClock = async () => {
    if (!hasLeapt()) return;
    await store.write(async tx => {
      await assertRole(tx, role);
      await endPutOffs(tx, now());
    });
    outbox.clockLeapt();
    reconciler?.begin();
    merging.begin();
    fleet.clockLeapt();
    wakeUp([
      { type: 'intake' },
      { type: 'preparation' },
      { type: 'backfill' },
      { type: 'reports' },
      // A host that seemed silent by the clock as it was is not, and what waited for it is told by nobody else.
      { type: 'scheduler' },
      { type: 'outbox' },
      { type: 'merging' },
      { type: 'fleet' },
    ]);
  };

  const loop = (name: string, tick: (signal: AbortSignal) => Promise<number | null>, gatherMs = 0) =>
    startLoop({
      tick,
      gatherMs,
      onError: error => report.error({ err: error, loop: name }, `${name} failed; trying again`),
    });
  const then = async (wakes: Promise<Wake[]>, again: number | null) => {
    wakeUp(await wakes);
    return again;
  };
  return {
    jobs,
    runs,
    guests,
    fleet,
    leaseClock,
    countQueue: () => countQueue(store.read, waitPorts),
    browsePorts,
    waitPorts,
    takeDelivery: async delivery =>
      merging.afterDelivery(await takeDelivery(delivery), delivery.event === 'push'),
    merging,
    forgeRoles,
    reconciler,
    loops: {
      intake: loop('intake', async signal => {
        const again = await handleDeliveries(intake, signal);
        // Which events they were is not worth knowing: there are many in one tick.
        wakeUp(merging.afterDelivery([], true));
        return again;
      }),
      preparation: startPreparation(preparation),
      scheduler: loop('scheduler', () => then(schedule(scheduler), null)),
      leases: loop('leases', async () => {
        await followClock();
        if (!options.isBusConnected()) leaseClock.connection(false);
        return then(reapLeases(leases), leaseTickMs);
      }),
      fleet: loop('fleet', () => then(fleet.tick(), fleetTickMs), limits.fleetGatherMs),
      images: loop('images', () => tryVersions(probation)),
      backfill: loop('backfill', signal => backfill({ ...preparation, policyFor: intake.policyFor }, signal)),
      merging: loop('merging', merging.tick),
      reports: loop('reports', signal => ingestReports(reports, signal)),
      outbox,
      reconciler: reconciler ?? idle(),
      roles: forgeRoles ?? idle(),
      waits: loop('waits', () => then(refreshWaits(), limits.statusRefreshMs)),
    },
  };
}

function policyFor(config: Config, fullName: string): RepositoryPolicy | null {
  const repository = repositoryConfig(config, fullName);
  if (!repository) return null;
  return {
    commits: repository.commits,
    landed: repository.landed,
    trust: repository.trust,
    isConfiguredBranch: (branch, defaultBranch) => testedBranches(repository, defaultBranch).includes(branch),
  };
}

const orderOfHeads: Parameters<typeof handleDeliveries>[0]['orderOfHeads'] = (known, event) =>
  compareHeads(
    { sha: known.headSha, before: null, updatedAt: known.updatedAt },
    { sha: event.headSha, before: event.before, updatedAt: event.updatedAt },
  );
