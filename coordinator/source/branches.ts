/** Branches of the forge itself: where they are, and moving one forward by a push. */
import { type CommitSha, commitSha } from '#shared/ids.ts';
import type { CloneUrl } from './clone-url.ts';
import { SourceError, type SourceFailure } from './errors.ts';
import { type Credential, settingsFor } from './fetch-commits.ts';
import { adviceFor, failureOf, isLoss, ownWordsOf, wordsOfGit } from './git-failure.ts';
import type { Place } from './history.ts';

export type Remote = Place & { url: CloneUrl; credential: Credential | null };

/** `moved`: the branch is not where it was said to be. `refused`: the forge's own words, such as a branch protection's. */
export type Pushed = { type: 'pushed' } | { type: 'moved' } | { type: 'refused'; message: string };

/** Null when the forge has no such branch. Throws `SourceError`. */
export async function branchTip(
  remote: Remote,
  branch: string,
  signal: AbortSignal,
): Promise<CommitSha | null> {
  const ref = refOf(remote, branch);
  const end = await call(remote, ['ls-remote', '--quiet', '--', remote.url.url, ref], signal);
  if (end.exitCode !== 0) throw remoteError(remote, `cannot read ${branch}`, end.complaint);
  const line = end.output
    .toString('latin1')
    .split('\n')
    .find(each => each.endsWith(`\t${ref}`));
  return line ? commitSha.parse(line.split('\t')[0]) : null;
}

/**
 * Moves the branch from `from` to `commit`, which is in the mirror and has `from` in its history, or does nothing: the lease
 * makes the forge compare and set. Throws `SourceError` when the forge cannot be asked.
 */
export async function pushBranch(
  remote: Remote,
  { branch, from, commit }: { branch: string; from: CommitSha; commit: CommitSha },
  signal: AbortSignal,
): Promise<Pushed> {
  const ref = refOf(remote, branch);
  const flags = ['--porcelain', '--quiet', '--no-verify', `--force-with-lease=${ref}:${from}`];
  const end = await call(remote, ['push', ...flags, '--', remote.url.url, `${commit}:${ref}`], signal);
  if (end.exitCode === 0) return { type: 'pushed' };
  const own = ownWordsOf(end.complaint);
  // The forge has heard nothing, or not all: whatever it says then, it is not to blame.
  if (isLoss(own) || /before pack header was|pack-objects died/.test(end.complaint))
    throw remoteError(remote, `cannot push to ${branch}`, own, isLoss(own) ? 'source-damaged' : 'git-failed');
  const said = `${end.output.toString('utf8')}\n${end.complaint}`;
  const line = said.split('\n').find(each => each.startsWith('!'));
  if (!line) throw remoteError(remote, `cannot push to ${branch}`, end.complaint);
  // Somebody was quicker, by the lease or by a lock of the forge's.
  if (/stale info|fetch first|non-fast-forward|cannot lock ref|reference already exists/.test(said))
    return { type: 'moved' };
  const why = /\((.*)\)\s*$/.exec(line)?.[1] ?? 'no reason given';
  return { type: 'refused', message: `${why}; ${wordsOfGit(end.complaint, secretsOf(remote))}` };
}

/** Git takes more for a name than a branch of a forge can be called. */
function refOf({ repository }: Remote, branch: string): string {
  const isPlain = /^[^\p{Cc}\s~^:?*[\\-][^\p{Cc}\s~^:?*[\\]*$/u.test(branch) && !branch.includes('..');
  if (isPlain) return `refs/heads/${branch}`;
  throw new SourceError('git-failed', `${repository}: ${JSON.stringify(branch)} is no name of a branch`, {
    repository,
  });
}

const call = (remote: Remote, args: string[], signal: AbortSignal) =>
  remote.git.run(
    remote.repository,
    { args: [`--git-dir=${remote.directory}`, ...args], settings: settingsFor(remote) },
    signal,
  );

const secretsOf = ({ credential }: Remote): string[] => {
  const secret = credential?.header ?? '';
  return [secret, secret.replace(/^[^:]*:\s*\S+\s+/, '')];
};

function remoteError(
  remote: Remote,
  what: string,
  complaint: string,
  code: SourceFailure = failureOf(complaint),
): SourceError {
  const { repository, url } = remote;
  const words = wordsOfGit(complaint, secretsOf(remote));
  return new SourceError(code, `${what}: ${words}. ${adviceFor(code)} (${repository} at ${url.url})`, {
    repository,
  });
}
