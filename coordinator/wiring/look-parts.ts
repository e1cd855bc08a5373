/** What people look at: runs, jobs, attempts, tests, logs and artifacts, as far as they may see them. */
import type { LogSocketFrame } from '#shared/api.ts';
import type { AttemptId } from '#shared/ids.ts';
import { removedText } from '#shared/retention.ts';
import { mayIn, type Repositoryish } from '#shared/roles.ts';
import type { Actor } from '../access/actor.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { type Config, keptOf } from '../config/config.ts';
import type { PeopleParts } from '../http/parts.ts';
import type { Logs } from '../logs/logs.ts';
import type { TailMode } from '../logs/tail.ts';
import { browseArtifacts, browseAttempts, viewArtifact, viewAttempt } from '../runs/attempt-views.ts';
import { findBadge } from '../runs/badge.ts';
import { type BrowsePorts, browseJob, browseRun } from '../runs/browse.ts';
import { browseRuns } from '../runs/browse-list.ts';
import { browseJobTests, browseRunTests, browseTest } from '../runs/browse-tests.ts';
import { findArtifact } from '../store/artifacts.ts';
import { findAttempt } from '../store/attempts.ts';
import { listEventsOfJob } from '../store/events.ts';
import { findRepository, findRepositoryByName } from '../store/repositories.ts';
import type { Store } from '../store/store.ts';
import { sightOf } from './sight.ts';
import { storedLog } from './stored-log.ts';

export type LookOptions = {
  config: Pick<Config, 'repositories' | 'retention'>;
  store: Pick<Store, 'read'>;
  logs: Logs;
  blobs: Pick<Blobs, 'get'>;
  peopleUrl: string;
  brain: { browsePorts: BrowsePorts };
};

type LookParts = Pick<
  PeopleParts,
  | 'runs'
  | 'badge'
  | 'run'
  | 'runAttempts'
  | 'runArtifacts'
  | 'job'
  | 'jobTests'
  | 'runTests'
  | 'test'
  | 'attempt'
  | 'events'
  | 'log'
  | 'tail'
  | 'artifact'
>;

export const maySee =
  ({ rights }: Actor) =>
  (repository: Repositoryish): boolean =>
    mayIn(rights, 'see', repository);

export function createLookParts(options: LookOptions): LookParts {
  const { store, logs, blobs, brain } = options;
  const { browsePorts: ports } = brain;

  const canSeeAttempt = async (id: AttemptId, actor: Actor): Promise<boolean> => {
    const attempt = await findAttempt(store.read, id);
    const repository = attempt && (await findRepository(store.read, attempt.repositoryId));
    return repository ? maySee(actor)(repository) : false;
  };

  return {
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
      if (!attempt) return null;
      const view = viewAttempt(options.peopleUrl, attempt);
      // Of one that runs the log knows more than the row.
      return attempt.state.status === 'ended' ? view : { ...view, marks: [...(await logs.facts(id)).marks] };
    },
    async events(id, actor) {
      if (!(await browseJob(store.read, ports, id, maySee(actor)))) return null;
      return listEventsOfJob(store.read, id);
    },
    log: async (attempt, actor) => ((await canSeeAttempt(attempt, actor)) ? storedLog(logs, attempt) : null),
    tail: (attempt, from, mode, signal) => tailFrames(logs, attempt, from, mode, signal),
    async artifact(id, actor) {
      const artifact = await findArtifact(store.read, id);
      const repository = artifact && (await findRepository(store.read, artifact.repositoryId));
      if (!artifact || !repository || !maySee(actor)(repository)) return null;
      const { createdAt: bornAt, removedAt } = artifact;
      const kept = keptOf(options.config, repository.fullName, 'artifacts');
      return {
        view: viewArtifact(options.peopleUrl, artifact),
        removed: removedAt === null ? null : removedText('artifact', { removedAt, bornAt, kept }),
        read: (from, to) => blobs.get(artifact.sha256, { from, to }),
      };
    },
  };
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
