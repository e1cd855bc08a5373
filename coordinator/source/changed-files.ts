/** Which files differ between two commits; a rename is both its names. Bounded: a difference that is too large is no list. */
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { SourceError } from './errors.ts';
import { wordsOfGit } from './git-failure.ts';
import type { GitEnd } from './git-process.ts';
import type { Place } from './history.ts';

export type Difference = {
  from: CommitSha;
  to: CommitSha;
  /** Since their histories parted, not since `from`: what others did there meanwhile is none of it. */
  isSinceFork: boolean;
};

export type ChangedFiles = { type: 'files'; files: string[] } | { type: 'too-many' } | { type: 'unrelated' };

/** @throws SourceError when git cannot tell, as where a part of the history is missing */
export async function changedFiles(
  place: Place,
  { from, to, isSinceFork }: Difference,
  signal: AbortSignal,
): Promise<ChangedFiles> {
  const start = isSinceFork ? await mergeBase(place, from, to, signal) : from;
  if (start === null) return { type: 'unrelated' };
  const options = ['-r', '-z', '--name-only', '--no-renames', '--no-ext-diff'];
  const args = [`--git-dir=${place.directory}`, 'diff-tree', ...options, start, to];
  const end = await place.git.run(place.repository, { args }, signal);
  // A git that said too much was stopped, and its end says nothing.
  if (end.output.length > limits.changedFilesBytes) return { type: 'too-many' };
  if (end.exitCode !== 0) throw differenceError(place, from, to, end);
  const files = end.output.toString('utf8').split('\0').slice(0, -1);
  return files.length > limits.changedFiles ? { type: 'too-many' } : { type: 'files', files };
}

/** Null: they have nothing in common. */
async function mergeBase(
  place: Place,
  from: CommitSha,
  to: CommitSha,
  signal: AbortSignal,
): Promise<string | null> {
  const args = [`--git-dir=${place.directory}`, 'merge-base', from, to];
  const end = await place.git.run(place.repository, { args }, signal);
  if (end.exitCode === 1) return null;
  if (end.exitCode !== 0) throw differenceError(place, from, to, end);
  return end.output.toString('latin1').trim();
}

const differenceError = ({ repository }: Place, from: CommitSha, to: CommitSha, { complaint }: GitEnd) =>
  new SourceError(
    'git-failed',
    `what changed between ${from} and ${to} in ${repository} could not be read: ${wordsOfGit(complaint)}`,
    { repository, commit: to },
  );
