/**
 * A lab with GitHub and git: webhooks as the stand-in makes them, handled by the real intake, and a mirror in memory from
 * which the real preparation reads. `acme/rocket` is there with a first commit.
 */
import { bindVerbs, type Github } from '#coordinator/demo/github-stand-in/verbs.ts';
import { createWorld } from '#coordinator/demo/github-stand-in/world.ts';
import { compareHeads } from '#coordinator/github/newer-head.ts';
import { readDelivery } from '#coordinator/github/read-delivery.ts';
import { endUnplaceable } from '#coordinator/queue/unplaceable.ts';
import { backfill } from '#coordinator/runs/backfill.ts';
import type { CommentCommand } from '#coordinator/runs/comment-command.ts';
import { handleDeliveries } from '#coordinator/runs/intake.ts';
import type { RepositoryPolicy } from '#coordinator/runs/intake-ports.ts';
import { startPreparation } from '#coordinator/runs/prepare.ts';
import { createDeliveryTaker } from '#coordinator/runs/take-delivery.ts';
import { usualCommands } from '#coordinator/runs/usual-commands.ts';
import { listDeliveries, receiveDelivery } from '#coordinator/store/deliveries.ts';
import { listUnsentWrites } from '#coordinator/store/forge-writes.ts';
import { listJobsOfRun } from '#coordinator/store/jobs.ts';
import { findLandedWith } from '#coordinator/store/merge-batches.ts';
import { listRuns, listRunsToPrepare } from '#coordinator/store/runs.ts';
import { createSourcePorts } from '#coordinator/wiring/source-ports.ts';
import type { CommitSha } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { type SuiteFile, suiteFile } from '#shared/suite-file.ts';
import { until } from '#test/support/until.ts';
import type { Lab } from './brain-lab.ts';
import { createMirror, oneSuite } from './memory-mirror.ts';

type HookEvent = ReturnType<Github['closePull']>[number];
export type ForgeLab = ReturnType<typeof openForgeLab>;

export function openForgeLab(
  lab: Lab,
  {
    commits = 'supersede',
    landed = 'keep',
    branches,
    trust = { authors: [], teams: [], associations: [], 'previously-merged': false },
    isTested = () => true,
    pace = () => 1_000,
    isAtOnce = () => true,
    commands = [],
  }: Partial<Pick<RepositoryPolicy, 'commits' | 'landed' | 'trust'>> & {
    branches?: string[];
    isTested?: (name: string) => boolean;
    /** Beside those that Paddock knows by itself. */
    commands?: readonly CommentCommand[];
    /** How much later the next deed on GitHub is, in ms. */
    pace?: () => number;
    /** Whether the next delivery is acted on when it is stored; else the loop comes by. */
    isAtOnce?: () => boolean;
  } = {},
) {
  const { store, role, runs, jobs, wakeUp, now } = lab;
  const git = createMirror();
  const links = { api: 'https://api.github.example.org', html: 'https://github.example.org' };
  const github = withClock(lab, pace, bindVerbs(createWorld(links, now)));
  github.createRepository({
    fullName: 'acme/rocket',
    cloneUrl: 'https://github.example.org/acme/rocket.git',
    head: git.commit(1),
  });
  const heads = new Map<number, CommitSha>();
  const closed = new Set<number>();
  /** Whether GitHub says how a pull request is, and who may write; without it only what a test has said. */
  const asked = { isAnswering: false };
  /** As `acme/pilots kim`. */
  const members = new Set<string>();
  const registered = new Map<string, SuiteFile>();
  const allowed = { isUnisolated: true };
  const neverIsolated = new Set<string>();
  let images: ImageManifest[] = lab.pools.map(({ image }) => image);
  const errors: string[] = [];
  const refusals: string[] = [];
  const refused = (code: string) => void refusals.push(code);

  const intake: Parameters<typeof handleDeliveries>[0] = {
    store,
    role,
    runs,
    wakeUp,
    now,
    applyToJob: jobs.apply,
    foresee: git.mirrors.foresee,
    heardOfPull: async () => [],
    heardOfRoles: async () => {},
    landedWith: findLandedWith,
    report: { error: (_, message) => void errors.push(message) },
    readDelivery: (event, body) => readDelivery(event, JSON.parse(body)),
    policyFor: name =>
      isTested(name)
        ? {
            commits,
            landed,
            trust,
            isConfiguredBranch: (branch, usual) => (branches ?? [usual]).includes(branch),
          }
        : null,
    orderOfHeads: (known, { headSha: sha, before, updatedAt }) =>
      compareHeads(
        { sha: known.headSha, before: null, updatedAt: known.updatedAt },
        { sha, before, updatedAt },
      ),
    async currentPull(_, number) {
      const pull = asked.isAnswering ? github.pullRequest('acme/rocket', number) : null;
      if (pull) return { headSha: pull.head.sha as CommitSha, isOpen: pull.state.status === 'open' };
      const headSha = heads.get(number);
      if (!headSha) throw new Error('GitHub does not answer');
      return { headSha, isOpen: !closed.has(number) };
    },
    async isTeamMember({ team, login }) {
      if (!asked.isAnswering) throw new Error('GitHub does not answer');
      return members.has(`${team} ${login}`);
    },
    async mayWrite(name, login) {
      if (!asked.isAnswering) throw new Error('GitHub does not answer');
      return ['admin', 'write'].includes(github.permissionOf(name, login));
    },
    commands: [
      ...usualCommands({ runs, applyToJob: jobs.apply, isEveryCommit: () => commits === 'every-commit' }),
      ...commands,
    ],
  };
  const preparationParts: Parameters<typeof startPreparation>[0] = {
    ...{ store, role, runs, wakeUp, refused, now },
    images: async () => images,
    random: () => 0.5,
    report: { error: (_, message) => void errors.push(message) },
    ports: {
      ...createSourcePorts(git.mirrors),
      supersedesLanded: () => landed === 'supersede',
      registeredSuite: name => registered.get(name) ?? null,
      mayRunUnisolated: () => allowed.isUnisolated,
      unisolatedImages: async () => new Set(images.map(({ name }) => name)),
      neverIsolatedImages: async () => neverIsolated,
      publishStatus: lab.statuses.publish,
      publishSummary: lab.statuses.publishSummary,
      applyToJob: jobs.apply,
      assignJobs: lab.assignJobs,
    },
  };
  const preparation = startPreparation(preparationParts);
  const lookAtHeads = (signal = new AbortController().signal) =>
    backfill({ ...preparationParts, policyFor: intake.policyFor }, signal);

  const take = createDeliveryTaker(intake);
  let guids = 0;
  const nextGuid = () => `guid-${String(++guids).padStart(4, '0')}`;
  const handle = () => handleDeliveries(intake, new AbortController().signal);
  const self = {
    ...git,
    github,
    /** What GitHub answers when it is asked for a pull request: its head, and whether it is closed. */
    heads,
    closed,
    asked,
    members,
    allowed,
    /** Names of images of which every host says that they isolate nothing. */
    neverIsolated,
    errors,
    /** Codes, as they are counted. */
    refusals,
    registers: (name: string, file: unknown) => registered.set(name, suiteFile.parse(file)),
    configures: (...configured: ImageManifest[]) => {
      images = configured;
    },
    handle,
    wakePreparation: preparation.wake,
    /** Webhooks arrive all at once. @returns what each hastens. */
    take: (...events: HookEvent[]) =>
      Promise.all(
        events.map(({ event, repository, payload }) =>
          take({ id: nextGuid(), event, repository, body: JSON.stringify(payload) }),
        ),
      ),
    /** Webhooks arrive, in this order. @returns what became of each. */
    async deliver(...events: HookEvent[]) {
      const ids = events.map(nextGuid);
      for (const [n, { event, repository, payload }] of events.entries()) {
        const delivery = { id: ids[n] ?? '', event, repository, body: JSON.stringify(payload) };
        if (isAtOnce()) await take(delivery);
        else await store.write(tx => receiveDelivery(tx, delivery, now()));
        await handle();
      }
      const all = await listDeliveries(store.read, 999, null);
      return ids
        .map(id => all.find(each => each.id === id))
        .map(each => [each?.verdict, each?.note] as const);
    },
    /** The nth commit, with this suite file, lands on main. */
    land: (n: number, file: string | null = oneSuite) =>
      self.deliver(
        ...github.push({
          repository: 'acme/rocket',
          branch: 'main',
          commits: [{ sha: git.commit(n, { on: 1, file }) }],
        }),
      ),
    async newestRun() {
      const [run] = await listRuns(store.read, {
        max: 1,
        before: null,
        repository: null,
        sight: null,
      });
      if (!run) throw new Error('there is no run');
      return run;
    },
    /** What GitHub is to be told, as `context state: description`. */
    async statuses() {
      const unsent = await listUnsentWrites(store.read, 99);
      return unsent
        .filter(write => write.kind === 'status')
        .map(({ context, payload: { state, description } }) => `${context} ${state}: ${description}`);
    },
    /** What is to be written at comments, as `+1 at 7` and `#1 answer: …`, oldest first. */
    async answers() {
      const unsent = await listUnsentWrites(store.read, 99);
      return unsent.flatMap(write => {
        if (write.kind === 'reaction') return [write.payload.content as string];
        return write.kind === 'comment' ? [`#${write.subject} ${write.context}: ${write.payload.body}`] : [];
      });
    },
    /** Every run that is due gets its jobs, or what it gets instead. */
    async prepare() {
      preparation.wake();
      await until('no run is due', async () => (await listRunsToPrepare(store.read, now(), 9)).length === 0);
    },
    lookAtHeads,
    /** What no machine may take ends. */
    endUnplaceable: () =>
      endUnplaceable({ store, role, jobs, neverIsolated: async () => neverIsolated, refused, now }),
    /** Open heads get jobs on what has become ready, as far as that is possible now. */
    async backfill() {
      while ((await lookAtHeads()) === 0);
    },
    /** All runs, oldest first, as `change 2 planned: default queued`. */
    async runs(): Promise<string[]> {
      const all = await listRuns(store.read, {
        max: 999,
        before: null,
        repository: null,
        sight: null,
      });
      return Promise.all(
        all.toReversed().map(async run => {
          const states = (await listJobsOfRun(store.read, run.id)).map(({ suite, state }) => {
            const detail =
              state.status === 'settled'
                ? state.outcome
                : state.status === 'blocked'
                  ? `blocked(${state.on})`
                  : state.status;
            return `${suite} ${detail}`;
          });
          const jobsText = states.length > 0 ? `: ${states.join(', ')}` : '';
          return `${run.purpose} ${Number.parseInt(run.commit, 16)} ${run.state.status}${jobsText}`;
        }),
      );
    },
    async close() {
      await preparation.close();
      await lab.close();
    },
  };
  return self;
}

/** GitHub's clock is in whole seconds: at the usual pace no two things that people do fall into the same one. */
function withClock({ clock }: Lab, pace: () => number, verbs: Github): Github {
  const entries = Object.entries(verbs).map(([name, verb]) => [
    name,
    (...input: unknown[]) => {
      clock.now += pace();
      return Reflect.apply(verb as (...input: unknown[]) => unknown, null, input);
    },
  ]);
  return Object.fromEntries(entries) as Github;
}
