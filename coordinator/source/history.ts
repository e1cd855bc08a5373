import { type CommitSha, commitSha } from '#shared/ids.ts';
import { SourceError } from './errors.ts';
import { wordsOfGit } from './git-failure.ts';
import type { Git, GitEnd } from './git-process.ts';
import { type MirrorReading, readCommit } from './read-objects.ts';

export type Place = { git: Git; repository: string; directory: string };

/** Oldest first; `isCut` says that there were more, older ones. */
export type CommitRange = { commits: CommitSha[]; isCut: boolean };

export async function commitsBetween(
  place: Place & MirrorReading,
  { before, after, max }: { before: string; after: CommitSha; max: number },
  signal: AbortSignal,
): Promise<CommitRange> {
  const start = commitSha.safeParse(before);
  if (!start.success || !(await readCommit(place, start.data))) return { commits: [after], isCut: false };
  const args = ['rev-list', '--topo-order', `--max-count=${max + 1}`, after, `^${start.data}`];
  const end = await place.git.run(
    place.repository,
    { args: [`--git-dir=${place.directory}`, ...args] },
    signal,
  );
  if (end.exitCode !== 0) throw historyError(place, after, end);
  const newestFirst = end.output
    .toString('latin1')
    .split('\n')
    .filter(line => line !== '');
  const commits = newestFirst.slice(0, max).reverse();
  return { commits: commits.map(id => commitSha.parse(id)), isCut: newestFirst.length > max };
}

/** A commit that is here has all of its history here: what is not is not in it. */
export async function isAncestor(
  place: Place & MirrorReading,
  ancestor: CommitSha,
  commit: CommitSha,
  signal: AbortSignal,
): Promise<boolean> {
  if (!(await readCommit(place, ancestor))) return false;
  const args = [`--git-dir=${place.directory}`, 'merge-base', '--is-ancestor', ancestor, commit];
  const end = await place.git.run(place.repository, { args }, signal);
  if (end.exitCode === 0 || end.exitCode === 1) return end.exitCode === 0;
  throw historyError(place, commit, end);
}

const historyError = ({ repository }: Place, commit: CommitSha, { complaint }: GitEnd) =>
  new SourceError(
    'git-failed',
    `the history of ${commit} in ${repository} could not be read: ${wordsOfGit(complaint)}`,
    { repository, commit },
  );
