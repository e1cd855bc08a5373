/** What became of a preparation, in one transaction: the run's own jobs or refusal, and runs of the commits before it. */

import type { Instant, JobId, RunId } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { isOccupied, type JobState } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import { refusedFor, type WorkRefusalCode } from '#shared/refusals/work.ts';
import type { RunEvent } from '#shared/run.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { appendEvent } from '../store/events.ts';
import { insertJob, type Job, listJobsOfRun } from '../store/jobs.ts';
import type { Repository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { ensureRun, findRun, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { basesOf, isSameBases } from './bases-of.ts';
import { endOlder, type Landings } from './landings.ts';
import { newJobs, tellJobs } from './plan-again.ts';
import { type CommitSource, planCommit } from './plan-commit.ts';
import type { PlannedJob } from './planned-job.ts';
import type { CommitRange, PrepareParts } from './prepare-ports.ts';
import { factsOf, type RunFacts } from './run-facts.ts';
import { withTestedJobs } from './tested-before.ts';

export type Prepared = {
  runId: RunId;
  repository: Repository;
  /** What git says of the commit; its message may be empty. */
  source: CommitSource & { title: string };
  /** Commits of the same push that are tested too. */
  earlier: CommitRange;
  /** What has landed before and is still under way, where that ends with this. */
  landings: Landings | null;
};

export async function planFromCommit(parts: PrepareParts, prepared: Prepared): Promise<Wake[]> {
  const { store, role, runs, refused = () => {}, now } = parts;
  let refusals: WorkRefusalCode[] = [];
  const hastened = await store.write(async (tx): Promise<Wake[]> => {
    refusals = [];
    await assertRole(tx, role);
    const at = now();
    const run = await findRun(tx, prepared.runId);
    // Superseded or cancelled while its commit was being fetched: then it has no jobs.
    if (run?.state.status !== 'preparing') return [];
    // Its base has changed while the one before was read.
    if (!isSameBases(await basesOf(tx, run), basesRead(prepared))) return [{ type: 'preparation' }];
    const facts = await factsOf(parts, tx, run, prepared.repository);
    const plan = decide(facts, run, prepared, await parts.images(tx), at);
    if (plan.event.type === 'refused') refusals.push(plan.event.refusal.code);
    const title = prepared.source.title || run.title;
    const known = await listJobsOfRun(tx, run.id);
    const request = requestFor(run, prepared);
    if (known.length > 0) {
      const wakes = await planAgain(parts, tx, run, { known, plan, title, request }, at);
      if (plan.event.type !== 'refused')
        refusals.push(...newRefusals(known, await listJobsOfRun(tx, run.id)));
      return [...wakes, ...(await addEarlierRuns(tx, run, prepared.earlier, at))];
    }
    const { wakes } = await runs.applyTo(tx, run, plan.event, { title, warnings: plan.warnings, request });
    const jobs = await withTestedJobs(tx, run, plan.jobs, at);
    wakes.push(...(await addJobs(parts, tx, run, jobs, at)));
    refusals.push(...newRefusals([], jobs));
    wakes.push(...(await addEarlierRuns(tx, run, prepared.earlier, at)));
    // What has no plan of its own leaves the others to whatever lands next.
    if (plan.event.type === 'planned' && prepared.landings)
      wakes.push(...(await endOlder(parts, tx, prepared.landings.older, run.commit)));
    return wakes;
  });
  for (const code of refusals) refused(code);
  return hastened;
}

/** Of jobs that were not refused before. */
function newRefusals(
  before: readonly Job[],
  now: readonly (Pick<Job, 'state'> & { id?: JobId })[],
): WorkRefusalCode[] {
  const known = new Set(before.filter(({ state }) => codeOf(state) !== null).map(({ id }) => id));
  return now.flatMap(({ id, state }) => (id && known.has(id) ? [] : (codeOf(state) ?? [])));
}

const codeOf = (state: JobState): WorkRefusalCode | null =>
  (state.status === 'settled' && state.refusal?.code) || null;

function requestFor({ request, purpose }: Run, prepared: Prepared): Run['request'] {
  if (purpose === 'change') return { ...request, plannedFor: basesRead(prepared).map(({ ref }) => ref) };
  return prepared.landings ? { ...request, before: prepared.landings.before } : request;
}

const basesRead = ({ source }: Prepared): { ref: string }[] => source.onto.flatMap(({ base }) => base ?? []);

/** A commit without anything to run still has the jobs that it had. */
async function planAgain(
  parts: PrepareParts,
  tx: Tx,
  staleRun: Run,
  { known, plan, title, request }: Pick<Run, 'title' | 'request'> & { known: readonly Job[]; plan: Outcome },
  at: Instant,
): Promise<Wake[]> {
  const event = plan.event.type === 'found-empty' ? ({ type: 'planned', at } as const) : plan.event;
  const cut = staleRun.warnings.filter(warning => warning === cutWarning);
  const warnings = [...new Set([...plan.warnings, ...cut])];
  const { run, wakes } = await parts.runs.applyTo(tx, staleRun, event, { title, warnings, request });
  if (run.state.status !== 'planned') return wakes;
  return [
    ...wakes,
    ...(await tellJobs(parts.ports, tx, known, plan.jobs, at)),
    ...(await addJobs(parts, tx, run, newJobs(known, plan.jobs), at)),
    ...(await parts.ports.publishSummary(tx, run, at)),
    ...(await parts.ports.assignJobs(tx)),
  ];
}

/** Jobs of a run that was planned: with their events, on machines that are ready, and said to the forge. */
export async function addJobs(
  { ports }: Pick<PrepareParts, 'ports'>,
  tx: Tx,
  run: Run,
  planned: readonly PlannedJob[],
  at: Instant,
): Promise<Wake[]> {
  if (planned.length === 0) return [];
  const added = new Set<JobId>();
  for (const each of planned) {
    const job = await insertJob(tx, { ...each, runId: run.id, repositoryId: run.repositoryId }, at);
    const data = { suite: job.suite, image: job.image, status: job.state.status };
    await appendEvent(tx, { at, type: 'job.planned', run: run.id, job: job.id, data });
    added.add(job.id);
  }
  const wakes: Wake[] = [...(await ports.assignJobs(tx)), { type: 'fleet' }];
  // A job that has its machine already has said so.
  for (const job of await listJobsOfRun(tx, run.id))
    if (added.has(job.id) && !isOccupied(job.state)) wakes.push(...(await ports.publishStatus(tx, job, at)));
  return wakes;
}

/** Said of a push, not of a plan. */
export const cutWarning = `only the newest ${limits.commitsPerPush} commits of this push are tested`;

type Outcome = { event: RunEvent; jobs: PlannedJob[]; warnings: string[] };

const nothing = { jobs: [], warnings: [] };

/** What a reading means for a run. */
function decide(
  facts: RunFacts,
  run: Run,
  { repository, source, earlier }: Prepared,
  images: readonly ImageManifest[],
  at: Instant,
): Outcome {
  const { head } = source;
  if (head.type === 'bad') {
    const { message, position } = head;
    const refusal = refusedFor('suite-file-refused');
    return { event: { type: 'refused', at, message, position, refusal }, ...nothing };
  }
  const plan = planCommit(source, images, facts, at);
  if ('absent' in plan) {
    const message = `no .paddock.yml at ${shortCommit(run.commit)} and no suite registered for ${repository.fullName}`;
    return { event: { type: 'found-empty', at, message }, ...nothing };
  }
  if ('refusal' in plan) {
    const why = { message: plan.refusal, position: null, refusal: refusedFor('plan-refused') };
    return { event: { type: 'refused', at, ...why }, ...nothing };
  }
  if ('empty' in plan) return { event: { type: 'found-empty', at, message: plan.empty }, ...nothing };
  return {
    event: { type: 'planned', at },
    jobs: plan.jobs,
    warnings: earlier.isCut ? [...plan.warnings, cutWarning] : plan.warnings,
  };
}

async function addEarlierRuns(tx: Tx, head: Run, { commits }: CommitRange, at: Instant): Promise<Wake[]> {
  const { repositoryId, ref, purpose, changeId, isTrusted, admission, author } = head;
  for (const commit of commits)
    await ensureRun(
      tx,
      {
        ...{ repositoryId, commit, ref, purpose, changeId, isTrusted, author },
        ...(admission ? { admission } : {}),
        // Its own, once it is prepared.
        title: '',
        request: { command: null, images: null, landed: false },
        state: { status: 'preparing', tries: 0, nextAt: at, message: null },
      },
      at,
    );
  return commits.length > 0 ? [{ type: 'preparation' }] : [];
}
