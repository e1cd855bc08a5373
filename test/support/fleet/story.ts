/** What people do on GitHub, in one call each, and waiting for what Paddock makes of it. */

import type { Content } from '#coordinator/demo/origin.ts';
import type { JobView, RunView } from '#shared/api.ts';
import type { CommitSha } from '#shared/ids.ts';
import { until } from '../until.ts';
import { type Fleet, repository } from './fleet.ts';

export type Files = Record<string, Content>;
export type Pull = { number: number; branch: string; head: CommitSha };

const patience = { timeoutMs: 25_000, everyMs: 25 };

/** A suite called `default` with these steps, as `.paddock.yml`. */
export const suite = (...steps: (string | object)[]): Files => ({
  '.paddock.yml': JSON.stringify({ version: 1, suites: { default: { steps } } }),
});

export async function openPull(
  fleet: Fleet,
  files: Files,
  { branch = 'topic', title = 'A change' } = {},
): Promise<Pull> {
  const { origin, fake, send } = fleet;
  const head = await origin.commit(branch, title, files);
  const pushed = fake.github.push({ repository, branch, commits: [{ sha: head }] });
  const { number, events } = fake.github.openPull({ repository, branch, title });
  await send([...pushed, ...events]);
  return { number, branch, head };
}

/** Pushes another commit to the pull request's branch; `before` are commits made there since, which go with it. */
export async function push(
  { origin, fake, send }: Fleet,
  pull: Pull,
  files: Files,
  before: CommitSha[] = [],
): Promise<Pull> {
  const head = await origin.commit(pull.branch, 'More', files);
  const commits = [...before, head].map(sha => ({ sha }));
  await send(fake.github.push({ repository, branch: pull.branch, commits }));
  return { ...pull, head };
}

/** Merges it; answers the merge commit. */
export async function merge(fleet: Fleet, { number, branch }: Pull): Promise<CommitSha> {
  const mergeSha = await fleet.origin.merge(branch, `Merge #${number}`);
  await fleet.send(fleet.fake.github.mergePull({ repository, number, mergeSha }));
  return mergeSha;
}

/** The newest run of a commit, as soon as there is one. */
export const runOf = (fleet: Fleet, commit: string): Promise<RunView> =>
  until(
    `there is a run of ${commit.slice(0, 7)}`,
    async () => (await fleet.api.runs()).find(run => run.commit === commit),
    patience,
  );

/** The job of a commit with this suite, as soon as there is one. */
export async function jobOf(fleet: Fleet, commit: string, name = 'default'): Promise<JobView> {
  const { id } = await until(
    `there is a job ${name} of ${commit.slice(0, 7)}`,
    async () => (await runOf(fleet, commit)).jobs.find(job => job.suite === name),
    patience,
  );
  return fleet.api.job(id);
}

/** The job when nothing more happens to it by itself. */
export const settled = (
  fleet: Fleet,
  commit: string,
  name = 'default',
  timeoutMs = 25_000,
): Promise<JobView> =>
  until(
    `job ${name} of ${commit.slice(0, 7)} has settled`,
    async () => {
      const job = await jobOf(fleet, commit, name);
      return !['queued', 'running', 'blocked'].includes(job.standing) && job;
    },
    { ...patience, timeoutMs },
  );

/** The job when its step has printed this. */
export const printed = (fleet: Fleet, commit: string, text: string, name = 'default'): Promise<JobView> =>
  until(
    `job ${name} of ${commit.slice(0, 7)} has printed ${text}`,
    async () => {
      const job = await jobOf(fleet, commit, name);
      const attempt = job.history.at(-1);
      return attempt && (await fleet.api.bytes(attempt.logUrl)).includes(text) && job;
    },
    patience,
  );

export const logOf = async (fleet: Fleet, job: JobView): Promise<string> =>
  (await fleet.api.bytes(job.history.at(-1)?.logUrl ?? '')).toString();
