/** The verbs that the HTTP layer offers people, made of features and rows. */
import type { EventEmitter } from 'node:events';
import type { LiveFrame, LogSocketFrame } from '#shared/api.ts';
import type { AttemptId, CoordinatorId, Instant, RunId } from '#shared/ids.ts';
import { isAdministrator, mayIn, type Repositoryish, type Rights } from '#shared/roles.ts';
import { titleFrom } from '#shared/title.ts';
import { type Actor, nameOf } from '../access/actor.ts';
import type { Audit } from '../audit/audit.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { Bus } from '../bus/bus.ts';
import { browseCaches, dropByHand } from '../caches/browse.ts';
import { type Config, repositoryConfig } from '../config/config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Wake } from '../ground/wake.ts';
import { HttpProblem } from '../http/errors.ts';
import { refuseIn } from '../http/guard.ts';
import type { Access, PeopleParts } from '../http/parts.ts';
import type { Catalog } from '../images/catalog.ts';
import { conformanceRepository } from '../images/names.ts';
import type { Logs } from '../logs/logs.ts';
import type { TailMode } from '../logs/tail.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { type Approver, approveRun, refusalToRepeat } from '../runs/approve.ts';
import { browseArtifacts, browseAttempts, viewArtifact, viewAttempt } from '../runs/attempt-views.ts';
import { findBadge } from '../runs/badge.ts';
import { browseJob, browseRun } from '../runs/browse.ts';
import { browseRuns } from '../runs/browse-list.ts';
import { browseJobTests, browseRunTests, browseTest } from '../runs/browse-tests.ts';
import { findArtifact } from '../store/artifacts.ts';
import { findAttempt } from '../store/attempts.ts';
import { listDeliveries } from '../store/deliveries.ts';
import { listEventsOfJob } from '../store/events.ts';
import { findJob } from '../store/jobs.ts';
import {
  findRepository,
  findRepositoryByName,
  type Repository,
  upsertRepository,
} from '../store/repositories.ts';
import { ensureRun, findRun } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import { createAccessParts } from './access-parts.ts';
import type { Brain } from './brain.ts';
import { createChangeFeed } from './change-feed.ts';
import { createFleetParts } from './fleet-parts.ts';
import { createHostParts } from './host-parts.ts';
import { createImageParts, type ImageOptions } from './image-parts.ts';
import { countViewers } from './measures/viewers.ts';
import type { MergeParts } from './merge-parts.ts';
import { createPoolParts } from './pool-parts.ts';
import { createQueueParts } from './queue-parts.ts';
import { createDeliveryReceiver } from './receive-delivery.ts';
import { findRepositoryOf, sightOf } from './sight.ts';
import { createStatesBefore } from './states-before.ts';
import { storedLog } from './stored-log.ts';
import { createMachineViews } from './view-machines.ts';
import { viewSystem } from './view-system.ts';

export type PeopleOptions = Pick<ImageOptions, 'imageFiles'> & {
  config: Config;
  catalog: Catalog;
  store: Store;
  bus: Pick<Bus, 'isConnected' | 'publish' | 'revoke'>;
  blobs: Pick<Blobs, 'get' | 'remove'>;
  logs: Logs;
  brain: Pick<Brain, 'jobs' | 'runs' | 'browsePorts' | 'waitPorts' | 'takeDelivery' | 'reconciler'> & {
    merging: Pick<MergeParts, 'ask' | 'withdraw' | 'browse' | 'standing'>;
    fleet: Pick<Fleet, 'desiredFor' | 'outlook' | 'preview' | 'troubles'>;
  };
  access: Access;
  signIn: PeopleParts['signIn'];
  audit: Omit<Audit, 'tidy'>;
  credentials: PeopleParts['credentials'];
  web: PeopleParts['web'];
  coordinator: CoordinatorId;
  peopleUrl: string;
  machineUrl: string;
  authorities(): string | null;
  changes: EventEmitter<{ changed: [LiveFrame] }>;
  secrets: PeopleParts['secrets'];
  version: string;
  startedAt: Instant;
  metrics: Metrics;
  readiness: PeopleParts['readiness'];
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

const maySee =
  ({ rights }: Actor) =>
  (repository: Repositoryish): boolean =>
    mayIn(rights, 'see', repository);

export function createPeopleParts(options: PeopleOptions): PeopleParts {
  const { config, store, brain, logs, blobs, now, wakeUp } = options;
  const { browsePorts: ports, jobs, runs } = brain;

  const canSeeAttempt = async (id: AttemptId, actor: Actor): Promise<boolean> => {
    const attempt = await findAttempt(store.read, id);
    const repository = attempt && (await findRepository(store.read, attempt.repositoryId));
    return repository ? maySee(actor)(repository) : false;
  };

  const approvals = {
    applyToJob: jobs.apply,
    isEveryCommit: (fullName: string) => repositoryConfig(config, fullName)?.commits === 'every-commit',
  };

  const pools = createPoolParts(options);

  /** The last one, until one is taken. */
  let refusedWebhook: { at: Instant; message: string } | null = null;

  /** Applies a person's verb in one transaction; null when it took, else why not. */
  const act = async (
    apply: Parameters<typeof store.write<{ wakes: Wake[]; rejected?: { message: string } }>>[0],
  ): Promise<string | null> => {
    const result = await store.write(apply);
    wakeUp(result.wakes);
    return result.rejected?.message ?? null;
  };

  /** The same of what runs again, unless it would wait for ever. */
  const repeat = (id: RunId, apply: Parameters<typeof act>[0]): Promise<string | null> =>
    act(async tx => {
      const run = await findRun(tx, id);
      const refusal = run && (await refusalToRepeat(approvals, tx, run));
      return refusal ? { rejected: { message: refusal }, wakes: [] } : apply(tx);
    });

  return {
    access: options.access,
    signIn: options.signIn,
    audit: options.audit,
    statesBefore: createStatesBefore(options),
    credentials: options.credentials,
    people: createAccessParts({ store, now, changed: options.access.changed }),
    web: options.web,
    version: options.version,
    now,
    readiness: options.readiness,
    metrics: options.metrics.read,
    refused: options.metrics.refused,
    viewing: countViewers(options.metrics),
    receiveDelivery: createDeliveryReceiver({
      secrets: config.github?.webhookSecrets ?? null,
      take: options.brain.takeDelivery,
      wakeUp,
      judged: message => {
        refusedWebhook = message === null ? null : { at: now(), message };
      },
    }),
    async runs({ max, before, filter, hasJobs }, actor) {
      const { repository: name } = filter;
      const repository = name ? await findRepositoryByName(store.read, name) : null;
      if (name && !(repository && maySee(actor)(repository))) return { items: [], next: null };
      return browseRuns(store.read, ports, {
        max,
        before,
        repository: repository?.id ?? null,
        sight: repository ? null : await sightOf(store.read, actor),
        filter,
        hasJobs,
      });
    },
    repositoryOf: of => findRepositoryOf(store.read, of),
    badge: (repository, subject, actor) => findBadge(store.read, repository, subject, maySee(actor)),
    run: (id, actor) => browseRun(store.read, ports, id, maySee(actor)),
    runAttempts: (id, actor) => browseAttempts(store.read, options.peopleUrl, id, maySee(actor)),
    runArtifacts: (id, actor) => browseArtifacts(store.read, options.peopleUrl, id, maySee(actor)),
    job: (id, actor) => browseJob(store.read, ports, id, maySee(actor)),
    jobTests: (id, actor) => browseJobTests(store.read, id, maySee(actor)),
    runTests: (id, actor) => browseRunTests(store.read, id, maySee(actor)),
    test: (key, asked, actor) => browseTest(store.read, key, asked, maySee(actor)),
    async attempt(id, actor) {
      const attempt = (await canSeeAttempt(id, actor)) ? await findAttempt(store.read, id) : null;
      return (
        attempt && { ...viewAttempt(options.peopleUrl, attempt), marks: [...(await logs.facts(id)).marks] }
      );
    },
    async events(id, actor) {
      if (!(await browseJob(store.read, ports, id, maySee(actor)))) return null;
      return listEventsOfJob(store.read, id);
    },
    async deliveries(max, before) {
      const items = await listDeliveries(store.read, max, before);
      return { items, next: items.length === max ? (items.at(-1) ?? null) : null };
    },
    system: () => viewSystem({ ...options, refusedWebhook }),
    ...createHostParts(options),
    ...pools,
    ...createFleetParts(options, pools.pools),
    ...createMachineViews(options),
    ...createQueueParts(options),
    ...createImageParts(options),
    async startRun(request, actor) {
      const run = await startRun(options, request, actor);
      wakeUp([{ type: 'preparation' }]);
      const view = await browseRun(store.read, ports, run, () => true);
      if (!view) throw new Error(`run ${run} is not there after it was made`);
      return view;
    },
    cancelRun: id =>
      act(tx =>
        runs.apply(tx, id, {
          type: 'cancel-requested',
          at: now(),
          reason: 'cancelled',
          message: 'cancelled by hand',
        }),
      ),
    rerunRun: id => repeat(id, tx => runs.apply(tx, id, { type: 'rerun-requested', at: now() })),
    approveRun: (id, commit, actor) =>
      act(tx =>
        approveRun(approvals, tx, id, {
          commit,
          by: approverOf(actor),
          at: now(),
        }),
      ),
    secrets: options.secrets,
    caches: (asked, actor) => browseCaches(store.read, asked, maySee(actor)),
    dropCaches: asked => dropByHand({ store, blobs }, asked),
    merging: actor => options.brain.merging.browse(store.read, maySee(actor)),
    async mergeStanding(id) {
      const run = await findRun(store.read, id);
      return run && options.brain.merging.standing(store.read, run);
    },
    askMerge: ({ repository: fullName, number, priority }, { who }) =>
      act(async tx => {
        const ask = { way: 'api', by: who.kind === 'root' ? null : nameOf(who).slice(0, 100) } as const;
        const asked = await options.brain.merging.ask(tx, {
          ...{ fullName, number, ask },
          ...(priority === undefined ? {} : { priority }),
        });
        return 'refusal' in asked ? { ...asked, rejected: { message: asked.refusal } } : asked;
      }),
    withdrawMerge: ({ repository: fullName, number }, { who }) =>
      act(tx =>
        options.brain.merging.withdraw(tx, { fullName, number, message: `${nameOf(who)} took it back` }),
      ),
    cancelJob: id =>
      act(tx =>
        jobs.apply(tx, id, {
          type: 'cancel-requested',
          at: now(),
          reason: 'cancelled',
          message: 'cancelled by hand',
        }),
      ),
    async rerunJob(id) {
      const job = await findJob(store.read, id);
      if (!job) throw new Error(`there is no job ${id}`);
      return repeat(job.runId, tx => jobs.apply(tx, id, { type: 'rerun-requested', at: now() }));
    },
    log: async (attempt, actor) => ((await canSeeAttempt(attempt, actor)) ? storedLog(logs, attempt) : null),
    tail: (attempt, from, mode, signal) => tailFrames(logs, attempt, from, mode, signal),
    async artifact(id, actor) {
      const artifact = await findArtifact(store.read, id);
      const repository = artifact && (await findRepository(store.read, artifact.repositoryId));
      if (!artifact || !repository || !maySee(actor)(repository)) return null;
      return {
        view: viewArtifact(options.peopleUrl, artifact),
        read: (from, to) => blobs.get(artifact.sha256, { from, to }),
      };
    },
    onChange: createChangeFeed(options.changes, run => findRepositoryOf(store.read, { run })),
  };
}

function approverOf({ who }: Actor): Approver {
  if (who.kind === 'root')
    return who.session === null ? { way: 'token' } : { way: 'session', session: who.session };
  return { way: who.kind === 'token' ? 'api-token' : 'person', name: nameOf(who) };
}

/** Starts a run by hand. The repository is private: what somebody tests from a shell is not for strangers. */
async function startRun(
  { store, now }: PeopleOptions,
  request: Parameters<PeopleParts['startRun']>[0],
  { rights }: Actor,
): Promise<RunId> {
  return store.write(async tx => {
    const fullName = request.name ?? nameFrom(request.repository);
    const known = await findRepositoryByName(tx, fullName);
    if (!isAdministrator(rights)) refuseStart(rights, request.repository, fullName, known);
    // Neither one of the forge's nor the one of ours, which versions on probation serve.
    const isTaken = known?.forge === 'github' || fullName === conformanceRepository;
    const facts = {
      fullName: isTaken ? `${fullName} (by hand)` : fullName,
      cloneUrl: request.repository,
      defaultBranch: request.ref,
      isPrivate: true,
      forge: 'none' as const,
    };
    const repository = await upsertRepository(tx, facts, now());
    const { run } = await ensureRun(
      tx,
      {
        repositoryId: repository.id,
        commit: request.commit as Parameters<typeof ensureRun>[1]['commit'],
        ref: request.ref,
        purpose: 'manual',
        changeId: null,
        isTrusted: true,
        title: titleFrom(request.title),
        author: titleFrom(request.author),
        request: { command: request.command, images: request.images, landed: false },
        state: { status: 'preparing', tries: 0, nextAt: now(), message: null },
      },
      now(),
    );
    return run.id;
  });
}

/**
 * Whoever is no administrator starts runs of the repositories in which they may, from where those are: another address could
 * be a folder of the coordinator's own computer.
 */
function refuseStart(rights: Rights, url: string, fullName: string, known: Repository | null): void {
  refuseIn(rights, 'start-runs', known ?? { fullName, isPrivate: true }, 'repository');
  const plain = (text: string) => text.replace(/(?:\.git)?\/?$/, '');
  if (known?.forge !== 'github' || plain(known.cloneUrl) !== plain(url))
    throw new HttpProblem(
      'missing-permission',
      `a run of ${fullName} can be started from its own address only`,
      'an administrator can start one from anywhere',
    );
}

/** `https://host/owner/name.git` and `/home/me/name` → the last two parts of the path, or the last. */
function nameFrom(repository: string): string {
  const parts = repository
    .replace(/\.git\/?$/, '')
    .replace(/(?<!\/)\/+$/, '')
    .split(/[/:]/)
    .filter(Boolean);
  return /^\w+:\/\//.test(repository) ? parts.slice(-2).join('/') : (parts.at(-1) ?? 'repository');
}

async function* tailFrames(
  logs: Logs,
  attempt: AttemptId,
  from: number,
  mode: TailMode,
  signal: AbortSignal,
): AsyncGenerator<LogSocketFrame> {
  for await (const item of logs.tail(attempt, from, signal, mode)) {
    if ('bytes' in item) yield { type: 'bytes', ...item, bytes: Buffer.from(item.bytes).toString('base64') };
    else if ('skipped' in item) yield { type: 'skipped', ...item.skipped };
    else if ('marks' in item) yield { type: 'marks', marks: [...item.marks] };
    else yield { type: 'end', seal: item.end };
  }
}
