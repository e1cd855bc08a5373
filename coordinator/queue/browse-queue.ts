/** The queue as people see it: what waits, why, and what lets it go on. Reading only. */
import type { RepositoryId, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { QueuedJob, QueueGroup, QueueQuery, QueueView } from '#shared/queue-api.ts';
import type { Permission, Repositoryish, Sight } from '#shared/roles.ts';
import { statusDescription } from '#shared/words.ts';
import { findChangeById } from '../store/changes.ts';
import { findJob } from '../store/jobs.ts';
import { findRepository, findRepositoryByName, type Repository } from '../store/repositories.ts';
import { findRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { listWaitingJobs, type WaitingJob } from '../store/waiting-jobs.ts';
import { lookAtWaits, type WaitLook, type WaitPorts } from './explain-wait.ts';
import { groupWaits, remedyOf, type Wait, type WaitGroup } from './group-waits.ts';
import { explainNeeds } from './job-needs.ts';
import { etaOf, isInLine, waitReason } from './wait-reason.ts';

/** Who asks: what they see, and what they may. */
export type QueueReader = {
  sight: Sight<RepositoryId>;
  maySee(repository: Repositoryish): boolean;
  mayIn(permission: Permission, repository: Repositoryish): boolean;
  may(permission: Permission): boolean;
};

export type QueuePorts = WaitPorts & {
  /** What the planner would do with so many machines at once of an image, in a sentence. */
  effectOf(image: string, max: number): Promise<string | null>;
  /** Pull requests in line to be merged that the reader may see. */
  merging(maySee: QueueReader['maySee']): Promise<QueueView['merging']>;
};

export async function browseQueue(
  tx: Tx,
  ports: QueuePorts,
  reader: QueueReader,
  asked: QueueQuery,
): Promise<QueueView> {
  const found = await waitingFor(tx, reader, asked);
  const look = await lookAtWaits(tx, ports);
  const waits: Wait[] = [];
  for (const job of found.jobs)
    waits.push({ job, facts: job.blockedOn === null ? await look.factsOf(job, job.ahead) : null });
  const groups = groupWaits(waits);
  const shown = groups.filter(({ key }) => asked.group === undefined || key === asked.group);
  const view = viewer(tx, reader);
  const views: QueueGroup[] = [];
  for (const group of shown)
    views.push(await viewGroup(group, { ports, reader, look, view, max: asked.max }));
  return {
    count: waits.length,
    oldestAt: groups.reduce<QueueView['oldestAt']>(
      (oldest, group) => Math.min(oldest ?? group.oldestAt, group.oldestAt),
      null,
    ),
    isCut: found.isCut,
    groups: views,
    merging: await ports.merging(reader.maySee),
  };
}

async function waitingFor(
  tx: Tx,
  { sight, maySee }: QueueReader,
  { repository: name, image }: QueueQuery,
): Promise<{ jobs: WaitingJob[]; isCut: boolean }> {
  const repository = name === undefined ? null : await findRepositoryByName(tx, name);
  if (name !== undefined && !(repository && maySee(repository))) return { jobs: [], isCut: false };
  const max = limits.queueJobsRead;
  const jobs = await listWaitingJobs(tx, {
    sight: repository ? null : sight,
    repository: repository?.id ?? null,
    image: image ?? null,
    max: max + 1,
  });
  return { jobs: jobs.slice(0, max), isCut: jobs.length > max };
}

type Scene = {
  ports: QueuePorts;
  reader: QueueReader;
  look: WaitLook;
  view: (wait: Wait) => Promise<QueuedJob | null>;
  max: number;
};

async function viewGroup(group: WaitGroup, scene: Scene): Promise<QueueGroup> {
  const { waits, ...facts } = group;
  const { ports, reader, look, view, max } = scene;
  const jobs: QueuedJob[] = [];
  for (const wait of waits.slice(0, max)) {
    const job = await view(wait);
    if (job) jobs.push(job);
  }
  const first = waits[0]?.facts ?? null;
  const mayFleet = reader.may('fleet');
  const isAtLimit = mayFleet && group.binding === 'all-busy' && first !== null && group.image !== null;
  const remedy = remedyOf(group, first, {
    mayFleet,
    mayImages: reader.may('images'),
    mayApprove: jobs.some(({ mayApprove }) => mayApprove),
    drained: mayFleet && group.image !== null ? await look.drainedFor(group.image) : [],
    effect: isAtLimit ? await ports.effectOf(group.image ?? '', first.machines.max + 1) : null,
  });
  return { ...facts, count: waits.length, remedy, jobs };
}

/** Shows jobs one by one; what many of them share is looked up once. */
function viewer(tx: Tx, { mayIn, maySee }: QueueReader): Scene['view'] {
  const heads = new Map<RunId, Promise<Head | null>>();
  return async wait => {
    const { id, runId, since, blockedOn } = wait.job;
    const head = heads.get(runId) ?? headOf(tx, runId);
    heads.set(runId, head);
    const [known, words] = [await head, await wordsOf(tx, wait)];
    if (!known || !words || !maySee(known.repository)) return null;
    const { repository, ...run } = known;
    const { state, suite, image, reason } = words;
    const told = { job: state, image, commit: run.commit, step: null, wait: reason, durationMs: null };
    return {
      ...run,
      ...{ id, run: runId, repository: repository.fullName, suite, image, since },
      place: wait.facts && isInLine(wait.facts) ? wait.job.ahead + 1 : null,
      etaMs: wait.facts && etaOf(wait.facts),
      text: statusDescription(told),
      mayApprove: blockedOn === 'approval' && mayIn('approve', repository),
    };
  };
}

type Head = Pick<QueuedJob, 'number' | 'commit' | 'title' | 'purpose' | 'ref' | 'change'> & {
  repository: Repository;
};

async function headOf(tx: Tx, id: RunId): Promise<Head | null> {
  const run = await findRun(tx, id);
  const repository = run && (await findRepository(tx, run.repositoryId));
  if (!run || !repository) return null;
  const { number, commit, title, purpose, ref } = run;
  const change = run.changeId === null ? null : await findChangeById(tx, run.changeId);
  return { repository, number, commit, title, purpose, ref, change: change?.number ?? null };
}

/** Null: it does not wait any more. */
async function wordsOf(tx: Tx, { job: { id }, facts }: Wait) {
  const job = await findJob(tx, id);
  if (job?.state.status !== 'queued' && job?.state.status !== 'blocked') return null;
  const { state, suite, image } = job;
  const reason = facts ? waitReason(facts) : state.status === 'blocked' ? await explainNeeds(tx, job) : null;
  return { state, suite, image, reason };
}
