/** What the badge of a branch says. To whoever does not see a private repository it says what it says of none. */
import type { BadgeSubject, BadgeWord } from '#shared/badge.ts';
import { countingJobs } from '#shared/forge-status.ts';
import { limits } from '#shared/limits.ts';
import { type RunStanding, type RunState, standingOf } from '#shared/run.ts';
import { type Job, listJobsOfRun } from '../store/jobs.ts';
import { listLandedRuns } from '../store/landed-runs.ts';
import { findRepositoryByName, type Repository } from '../store/repositories.ts';
import type { Tx } from '../store/store.ts';
import type { MaySee } from './attempt-views.ts';

/** `isPrivate`: it is for this reader alone. */
export async function findBadge(
  tx: Tx,
  fullName: string,
  subject: BadgeSubject,
  maySee: MaySee,
): Promise<{ word: BadgeWord; isPrivate: boolean }> {
  const repository = await findRepositoryByName(tx, fullName);
  if (!repository || !maySee(repository)) return { word: 'no runs', isPrivate: false };
  return { word: await wordOf(tx, repository, subject), isPrivate: repository.isPrivate };
}

async function wordOf(tx: Tx, repository: Repository, subject: BadgeSubject): Promise<BadgeWord> {
  const ref = subject.branch ?? repository.defaultBranch;
  const runs = await listLandedRuns(tx, { repositoryId: repository.id, ref, max: limits.badgeRuns });
  for (const run of runs) {
    const word = badgeWordOf(run.state, await listJobsOfRun(tx, run.id), subject);
    if (word) return word;
  }
  return 'no runs';
}

type Facts = Pick<Job, 'image' | 'suite' | 'state'> & { definition: Pick<Job['definition'], 'gate'> };

/** Null: this run says nothing of it, and the one before it may. Pure. */
export function badgeWordOf(
  run: RunState,
  jobs: readonly Facts[],
  { image, suite }: Pick<BadgeSubject, 'image' | 'suite'>,
): BadgeWord | null {
  const asked = jobs.filter(
    job => (image === undefined || job.image === image) && (suite === undefined || job.suite === suite),
  );
  if (run.status === 'planned' && asked.length === 0) return null;
  // Whoever names an image wants to know of it, whether merges wait for it or not.
  const counting =
    image === undefined
      ? countingJobs(asked.map(job => ({ job, isRequired: job.definition.gate === 'required' }))).map(
          ({ job }) => job,
        )
      : asked;
  return words[
    standingOf(
      run,
      counting.map(({ state }) => state),
    )
  ];
}

const words: Record<RunStanding, BadgeWord | null> = {
  passed: 'passing',
  failed: 'failing',
  'timed-out': 'failing',
  refused: 'failing',
  errored: 'errored',
  preparing: 'running',
  blocked: 'running',
  queued: 'running',
  running: 'running',
  cancelled: null,
  superseded: null,
  skipped: null,
  empty: null,
};
