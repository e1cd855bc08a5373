/**
 * A lab of merging: real git (a bare repository on loopback, a mirror, pushes), the stand-in over HTTP with every request
 * held against GitHub's description, the real intake, preparation and merging over a real store. Jobs are settled by a
 * script that looks at what they test.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseConfig } from '#coordinator/config/config.ts';
import type { HookEvent } from '#coordinator/demo/github-stand-in/records.ts';
import { createForgeReads } from '#coordinator/github/forge-reads.ts';
import { createMergeClient } from '#coordinator/github/merge-client.ts';
import { compareHeads } from '#coordinator/github/newer-head.ts';
import { readDelivery } from '#coordinator/github/read-delivery.ts';
import { lookAtRepository } from '#coordinator/github/reconcile/look-at-repository.ts';
import type { Wake } from '#coordinator/ground/wake.ts';
import { actOn, handleDeliveries } from '#coordinator/runs/intake.ts';
import { startPreparation } from '#coordinator/runs/prepare.ts';
import { createMirrors } from '#coordinator/source/mirror.ts';
import { findChangeById } from '#coordinator/store/changes.ts';
import { receiveDelivery } from '#coordinator/store/deliveries.ts';
import { listJobsOfRun, listQueuedJobs } from '#coordinator/store/jobs.ts';
import { findLandedWith, listMergeBatches, type MergeBatch } from '#coordinator/store/merge-batches.ts';
import { listActiveEntries, listEndedEntries } from '#coordinator/store/merge-entries.ts';
import { findRepositoryByName } from '#coordinator/store/repositories.ts';
import { findRun, listRuns, listRunsToPrepare, type Run } from '#coordinator/store/runs.ts';
import { findLastStatusWrite } from '#coordinator/store/status-writes.ts';
import { mergeCommand } from '#coordinator/wiring/merge-command.ts';
import { createMergeParts, type MergeMirrors } from '#coordinator/wiring/merge-parts.ts';
import { createSourcePorts } from '#coordinator/wiring/source-ports.ts';
import type { CommitSha } from '#shared/ids.ts';
import type { AttemptEnd } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import { startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { until } from '#test/support/until.ts';
import { openBareForge, repository } from './bare-forge.ts';
import { openLab } from './brain-lab.ts';
import { failed, openGuests, passed } from './guest-lab.ts';
import { addHost, addMachine, attemptOf, keepAlive } from './rows.ts';

const never = new AbortController().signal;
const suites =
  'version: 1\nsuites: { default: { steps: [make check] } }\non-merge: { build: { steps: [make dist] } }\n';

export type MergeLab = Awaited<ReturnType<typeof openMergeLab>>;
type Judge = (files: readonly string[], run: Run) => AttemptEnd;

/** What uses an interface that the base has given up fails, and only together with it. */
export const judgeByFiles: Judge = files =>
  files.includes('new-interface') && files.some(file => file.startsWith('uses-old-')) ? failed : passed;

/** `merge` is what stands under the repository in the configuration. */
export async function openMergeLab(
  merge: string,
  { judge = judgeByFiles, landed = 'keep' }: { judge?: Judge; landed?: 'keep' | 'supersede' } = {},
) {
  const lab = await openLab();
  const { store, role, runs, jobs, wakeUp, now, clock } = lab;
  const dir = await mkdtemp(path.join(tmpdir(), 'paddock-merging-'));
  const forge = await openBareForge(dir);
  const fake = await startFakeGithub({ now });
  const { github } = fake;
  const mirrors = createMirrors({
    dir: path.join(dir, 'mirrors'),
    environment: process.env,
    credentialsFor: async () => null,
    policy: { allowLocal: false, allowSsh: false },
    log: { info: () => {}, warn: () => {} },
  });
  const configOf = (merge: string) =>
    parseConfig({
      file: null,
      text: `repositories: [{ name: ${repository}, merge: ${merge} }]`,
      directory: dir,
      env: {},
    });
  let config = await configOf(merge);
  const client = createMergeClient({ baseUrl: fake.baseUrl, token: fake.token });
  const warnings: string[] = [];
  const report = { warn: (_: object, message: string) => void warnings.push(message), error: unexpected };
  /** Lets a test come between merging and its git, or die there. */
  const between: Record<'merged' | 'push' | 'pushed' | 'dropped', (() => Promise<void>) | null> = {
    merged: null,
    push: null,
    pushed: null,
    dropped: null,
  };
  const watched: MergeMirrors = {
    ...mirrors,
    async mergeOnto(...asked) {
      const merged = await mirrors.mergeOnto(...asked);
      await between.merged?.();
      return merged;
    },
    async pushBranch(...asked) {
      await between.push?.();
      const pushed = await mirrors.pushBranch(...asked);
      await between.pushed?.();
      return pushed;
    },
    async dropCommit(...asked) {
      await mirrors.dropCommit(...asked);
      await between.dropped?.();
    },
  };
  const open = () =>
    createMergeParts({
      ...{ config, store, role, wakeUp, now, report, client },
      mirrors: watched,
      peopleUrl: 'https://ci.example.org',
      applyToRun: runs.apply,
    });
  let merging = open();

  const intake: Parameters<typeof handleDeliveries>[0] = {
    ...{ store, role, runs, wakeUp, now, report },
    applyToJob: jobs.apply,
    foresee() {},
    heardOfRoles: async () => {},
    heardOfPull: (...heard) => merging.heardOfPull(...heard),
    landedWith: findLandedWith,
    mayWrite: async (_, login) => login === 'acme',
    isTeamMember: async () => false,
    commands: [mergeCommand({ ask: (...asked) => merging.ask(...asked) })],
    readDelivery: (event, body) => readDelivery(event, JSON.parse(body)),
    policyFor: () => ({
      commits: 'supersede',
      landed,
      trust: { authors: [], teams: [], associations: [], 'previously-merged': false },
      isConfiguredBranch: branch => branch === 'main',
    }),
    orderOfHeads: (known, { headSha: sha, before, updatedAt }) =>
      compareHeads(
        { sha: known.headSha, before: null, updatedAt: known.updatedAt },
        { sha, before, updatedAt },
      ),
    async currentPull(fullName, number) {
      const { headSha, state } = await client.pullForMerge(fullName, number, never);
      return { headSha, isOpen: state === 'open' };
    },
  };
  const images = lab.pools.map(({ image }) => image);
  const preparation = startPreparation({
    ...{ store, role, runs, wakeUp, now },
    images: async () => images,
    random: () => 0.5,
    report,
    ports: {
      ...createSourcePorts(mirrors),
      supersedesLanded: () => landed === 'supersede',
      registeredSuite: () => null,
      mayRunUnisolated: () => true,
      unisolatedImages: async () => new Set(),
      neverIsolatedImages: async () => new Set(),
      publishStatus: lab.statuses.publish,
      publishSummary: lab.statuses.publishSummary,
      applyToJob: lab.jobs.apply,
      assignJobs: lab.assignJobs,
    },
  });
  const guests = openGuests(lab);
  const host = await addHost(lab);
  let guids = 0;
  /** How long the last tick would have waited. */
  let pause = 0;

  const first = await forge.make({ name: 'main', files: { '.paddock.yml': suites } });
  await forge.note();
  github.createRepository({ fullName: repository, cloneUrl: forge.url, head: first.get('main') ?? '' });
  const fromApi: HookEvent[] = [];
  github.onHook(events => void fromApi.push(...events));

  const filesOf = async (commit: CommitSha): Promise<string[]> => {
    const known = await findRepositoryByName(store.read, repository);
    if (!known) return [];
    const child = mirrors.startGit(known.id, { args: ['ls-tree', '--name-only', commit] });
    child.stdin.end();
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(chunk);
    await child.ended;
    return Buffer.concat(chunks).toString().split('\n').filter(Boolean);
  };

  const self = {
    ...lab,
    fake,
    github,
    forge,
    warnings,
    between,
    client,
    mirrors,
    ask: (number: number, priority?: number) =>
      store.write(tx =>
        merging.ask(tx, {
          fullName: repository,
          number,
          ask: { way: 'api', by: null },
          ...(priority === undefined ? {} : { priority }),
        }),
      ),
    withdraw: (number: number) =>
      store.write(tx => merging.withdraw(tx, { fullName: repository, number, message: 'taken back' })),
    /** The coordinator's memory is gone; its store and its mirror are not. */
    restart: () => {
      merging = open();
    },
    /** It is started again with another configuration. */
    async configure(merge: string) {
      config = await configOf(merge);
      merging = open();
    },
    async deliver(...events: HookEvent[]) {
      for (const { event, repository: name, payload } of events) {
        clock.now += 1_000;
        const delivery = { id: `guid-${++guids}`, event, repository: name, body: JSON.stringify(payload) };
        await store.write(tx => receiveDelivery(tx, delivery, now()));
      }
      await handleDeliveries(intake, never);
      merging.afterDelivery([], true);
    },
    /** Pull requests from branches `pull-<n>` with these files, each approved by somebody who may write. */
    async open(pulls: Record<number, Record<string, string>>, { approve = true, label = '' } = {}) {
      await forge.make(
        ...Object.entries(pulls).map(([n, files]) => ({ name: `pull-${n}`, files, on: 'main' })),
      );
      await self.deliver(...(await forge.tell(github)));
      for (const n of Object.keys(pulls).map(Number)) {
        const { number, events } = github.openPull({ repository, title: `Change ${n}`, branch: `pull-${n}` });
        if (approve) events.push(...github.reviewPull({ repository, number, by: 'acme', state: 'APPROVED' }));
        if (label) events.push(...github.labelPull({ repository, number, label }));
        await self.deliver(...events);
      }
    },
    /** One more, of a title. */
    async openTitled(n: number, title: string) {
      await forge.make({ name: `pull-${n}`, files: { [`file-${n}`]: title }, on: 'main' });
      await self.deliver(...(await forge.tell(github)));
      const { number, events } = github.openPull({ repository, title, branch: `pull-${n}` });
      events.push(...github.reviewPull({ repository, number, by: 'acme', state: 'APPROVED' }));
      await self.deliver(...events);
    },
    async prepare() {
      preparation.wake();
      await until('no run is due', async () => (await listRunsToPrepare(store.read, now(), 9)).length === 0);
    },
    leased: () =>
      store.read.selectFrom('job').select(['id', 'run_id']).where('status', '=', 'leased').execute(),
    /** Every queued job is under way, on a machine of its own. @returns how many more are */
    async begin(): Promise<number> {
      let count = 0;
      for (; (await listQueuedJobs(store.read, 1)).length > 0; count++) {
        await keepAlive(lab, host);
        await addMachine(lab, host);
        await lab.schedule();
      }
      return count;
    },
    /** What is under way of this commit (else: all) ends as the judge says. @returns how many did */
    async end(commit?: CommitSha): Promise<number> {
      let count = 0;
      for (const job of await self.leased()) {
        const run = await findRun(store.read, job.run_id);
        if (!run || (commit && run.commit !== commit)) continue;
        await guests.finish(await attemptOf(lab, job.id), judge(await filesOf(run.commit), run));
        count++;
      }
      return count;
    },
    /** Every queued job runs. @returns how many did. */
    async test(): Promise<number> {
      let count = 0;
      for (;;) {
        await self.begin();
        const ended = await self.end();
        if (ended === 0) return count;
        count += ended;
      }
    },
    /** Looks at everything; `tickOnly` looks at what it was told of, as the loop usually does. */
    tick: () => {
      merging.begin();
      return merging.tick(never);
    },
    tickOnly: () => merging.tick(never),
    /** What the brain does with a settled job. */
    jobsSettled: async (commit: CommitSha) => {
      for (const wake of await self.wakesOf(commit))
        if (wake.type === 'merging' && wake.commit) merging.touch(wake.commit);
    },
    wakesOf: async (commit: CommitSha): Promise<Wake[]> => {
      const runs = store.read.selectFrom('run').select('id').where('commit_sha', '=', commit);
      const [run] = await runs.execute();
      return run ? store.write(tx => merging.jobSettled(tx, run.id)) : [];
    },
    /** One look of the reconciler: what no delivery has told. */
    lookAtGithub: () =>
      lookAtRepository(
        {
          ...{ store, role, wakeUp, now },
          peopleUrl: 'https://ci.example.org',
          reads: createForgeReads({ baseUrl: fake.baseUrl, token: fake.token }),
          ...{ configured: [repository], patterns: [], checks: null },
          branchesOf: () => ['main'],
          act: async intent => (await actOn(intake, intent)).note,
          sawOpen: (...seen) => merging.sawOpen(...seen),
          publishStatus: lab.statuses.publish,
          report: { ...report, info() {} },
        },
        { type: 'repository', repository, pattern: null },
        never,
      ),
    /** One round of everything; webhooks of pushes and of the API included. */
    async round(isTesting = true): Promise<number> {
      clock.now += 1_000;
      await self.prepare();
      const tested = isTesting ? await self.test() : await self.begin();
      const again = await self.tick();
      pause = again ?? 0;
      const events = [...(await forge.tell(github)), ...fromApi.splice(0)];
      await self.deliver(...events);
      return tested + events.length + (again !== null && again <= 2_000 ? 1 : 0);
    },
    /** Until nothing moves any more; unless `isTesting` jobs are begun, and none ends. */
    async settle({ isTesting = true }: { isTesting?: boolean } = {}) {
      for (let idle = 0, rounds = 0; idle < 3; rounds++) {
        if (rounds > 300)
          throw new Error(`the lab does not come to rest: ${(await self.entries()).join('; ')}`);
        const before = JSON.stringify(await self.everything());
        const moved = await self.round(isTesting);
        // What could not be reached is tried again later; whoever only waits for people is left alone.
        if (isTesting && pause <= limits.mergeBaseLookMs) clock.now += pause;
        idle = moved === 0 || before === JSON.stringify(await self.everything()) ? idle + 1 : 0;
      }
    },
    everything: async () => ({
      entries: await self.entries(),
      batches: (await listMergeBatches(store.read, { repositoryId: null, max: 999 })).map(
        ({ state, version }) => `${state.status} ${version}`,
      ),
    }),
    /** As `#3 landed`, by number. */
    async entries(): Promise<string[]> {
      const all = [
        ...(await listActiveEntries(store.read)),
        ...(await listEndedEntries(store.read, { repositoryId: null, max: 999 })),
      ];
      const lines: [number, string][] = [];
      for (const { changeId, state } of all) {
        const change = await findChangeById(store.read, changeId);
        const detail =
          'message' in state ? `: ${state.message}` : 'why' in state && state.why ? `: ${state.why}` : '';
        lines.push([change?.number ?? 0, `#${change?.number} ${state.status}${detail}`]);
      }
      return lines.toSorted(([a], [b]) => a - b).map(([, line]) => line);
    },
    /** What was tested, oldest first, as `1+2+3 failed`. */
    async batches(): Promise<string[]> {
      const all = await listMergeBatches(store.read, { repositoryId: null, max: 999 });
      return all
        .toReversed()
        .map(({ entries, state }) => `${entries.map(({ number }) => number).join('+')} ${state.status}`);
    },
    /** Of batches that have landed, in that order. */
    landedCommits: async (): Promise<CommitSha[]> =>
      (await listMergeBatches(store.read, { repositoryId: null, max: 999 }))
        .filter(({ state }) => state.status === 'landed')
        .map(({ commit }) => commit)
        .toReversed(),
    /** The newest batch of exactly these. */
    async batchOf(...numbers: number[]): Promise<MergeBatch> {
      const all = await listMergeBatches(store.read, { repositoryId: null, max: 999 });
      const found = all.find(({ entries }) => entries.map(({ number }) => number).join() === numbers.join());
      if (!found) throw new Error(`there is no batch of ${numbers.join()}`);
      return found;
    },
    /** All runs of a purpose, oldest first, with the outcomes of their jobs. */
    async runsOf(purpose: string) {
      const all = await listRuns(store.read, {
        max: 999,
        before: null,
        repository: null,
        sight: null,
      });
      const found = all.filter(run => run.purpose === purpose).toReversed();
      return Promise.all(
        found.map(async run => ({
          commit: run.commit,
          run: run.id,
          jobs: (await listJobsOfRun(store.read, run.id)).map(
            ({ suite, state }) => `${suite} ${state.status === 'settled' ? state.outcome : state.status}`,
          ),
        })),
      );
    },
    /** The newest status of the queue on the head of a pull request. */
    async statusOf(number: number, sha = github.pullRequest(repository, number)?.head.sha as CommitSha) {
      const write = await findLastStatusWrite(store.read, { repository, commit: sha }, 'paddock/merge-queue');
      return write && `${write.payload.state}: ${write.payload.description}`;
    },
    tip: () => forge.git(['rev-parse', 'main']),
    async close() {
      await preparation.close();
      await mirrors.close();
      await forge.close();
      await fake.close();
      await lab.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return self;
}

function unexpected(fields: object, message: string): never {
  throw new Error(message, { cause: fields });
}
