import type { CommitSha } from '#shared/ids.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { type CloneUrl, isPrivateChannel } from './clone-url.ts';
import { SourceError, type SourceFailure } from './errors.ts';
import type { GitSetting } from './git-environment.ts';
import { adviceFor, failureOf, wordsOfGit } from './git-failure.ts';
import type { Git, GitEnd } from './git-process.ts';
import { keptRef } from './mirror-directory.ts';

/** An HTTP header that may read the repository, such as `Authorization: Basic …`. */
export type Credential = { header: string };

export type Fetching = {
  git: Git;
  repository: string;
  directory: string;
  url: CloneUrl;
  credential: Credential | null;
  signal: AbortSignal;
};

export type Wanted = { commit: CommitSha; ref?: string | undefined };

/**
 * Fetches exactly these commits with their history, and a ref for each that keeps them. Git writes the ref only after
 * it has checked that everything the commit needs is there. Throws `SourceError`, or the signal's reason.
 */
export async function fetchCommits(fetching: Fetching, commits: readonly CommitSha[]): Promise<void> {
  const end = await fetchRefs(
    fetching,
    commits.map(commit => `+${commit}:${keptRef(commit)}`),
  );
  if (end.exitCode !== 0) throw fetchError(fetching, end, commits);
}

/** What the last search saw; it makes the next one cheap and is shown to nobody. */
const searched = 'refs/paddock/search';

/**
 * For servers that give out only what they advertise (protocol v0), or say that they do not have the commit: fetches the
 * ref that is said to have it, then all branches, and at last all pull requests, until the commit is there. Throws
 * `missing` when it is nowhere.
 */
export async function searchCommit(
  fetching: Fetching,
  { commit, ref }: Wanted,
  missing: SourceError,
): Promise<void> {
  const isUnadvertised = /unadvertised object/.test(missing.message);
  const places = [
    ...(ref !== undefined && isPlainRef(ref) ? [`+${ref}:${searched}/named`] : []),
    `+refs/heads/*:${searched}/heads/*`,
    ...(isUnadvertised ? [`+refs/pull/*/head:${searched}/pull/*`] : []),
  ];
  for (const place of places) {
    const end = await fetchRefs(fetching, [place], ['--prune']);
    if (end.exitCode !== 0 && failureOf(end.complaint) !== 'no-such-commit')
      throw fetchError(fetching, end, [commit]);
    if (await keepComplete(fetching, commit)) return;
  }
  throw missing;
}

/**
 * Whether the commit and everything it needs are here already; then a ref keeps it. The object alone proves nothing: a
 * fetch that was killed leaves commits without their trees.
 */
export async function keepComplete(
  { git, repository, directory, signal }: Omit<Fetching, 'url' | 'credential'>,
  commit: CommitSha,
): Promise<boolean> {
  const at = `--git-dir=${directory}`;
  const walk = [at, 'rev-list', '--objects', '--quiet', `${commit}^{commit}`, '--not', '--all'];
  const { exitCode } = await git.run(repository, { args: walk }, signal);
  if (exitCode !== 0) return false;
  const kept = await git.run(repository, { args: [at, 'update-ref', keptRef(commit), commit] }, signal);
  return kept.exitCode === 0;
}

async function fetchRefs(
  fetching: Fetching,
  refspecs: readonly string[],
  more: readonly string[] = [],
): Promise<GitEnd> {
  const { git, repository, directory, url, signal } = fetching;
  const flags = [
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    '--no-auto-gc',
    ...more,
  ];
  // A shallow clone on this disk is tested as it is; one from afar would cut the mirror's history short.
  if (url.scheme === 'file') flags.push('--update-shallow');
  const args = [`--git-dir=${directory}`, 'fetch', ...flags, '--', url.url, ...refspecs];
  return git.run(repository, { args, settings: credentialSettings(fetching) }, signal);
}

export function credentialSettings({
  repository,
  url,
  credential,
}: Pick<Fetching, 'repository' | 'url' | 'credential'>): GitSetting[] {
  if (!credential || !url.scheme.startsWith('http')) return [];
  if (isPrivateChannel(url)) return [[`http.${new URL(url.url).origin}/.extraHeader`, credential.header]];
  const message = `the credential for ${repository} is not sent to ${url.url} in plain text. ${adviceFor('insecure-credential')}`;
  throw new SourceError('insecure-credential', message, { repository });
}

function fetchError(fetching: Fetching, { complaint }: GitEnd, commits: readonly CommitSha[]): SourceError {
  const { repository, url, credential } = fetching;
  const code: SourceFailure = /spawn git ENOENT/.test(complaint) ? 'git-missing' : failureOf(complaint);
  const secret = credential?.header ?? '';
  const words = wordsOfGit(complaint, [secret, secret.replace(/^[^:]*:\s*\S+\s+/, '')]);
  const [first] = commits;
  const what = first && commits.length === 1 ? shortCommit(first) : `${commits.length} commits`;
  // The reason first: a commit status has room for little more.
  const message = `cannot fetch ${what}: ${words}. ${adviceFor(code)} (${repository} from ${url.url})`;
  return new SourceError(code, message, {
    repository,
    commit: commits.length === 1 ? commits[0] : undefined,
  });
}

/** A ref name that is only a name: no pattern, no second half, no prefix that means something to git fetch. */
const isPlainRef = (ref: string): boolean => /^refs\/[^\p{Cc}\s~^:?*[\\]+$/u.test(ref) && !ref.includes('..');
