import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
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
  /** The largest file that a fetch may write. */
  packBytes: number;
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
  { git, repository, directory, signal }: Omit<Fetching, 'url' | 'credential' | 'packBytes'>,
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
  const { packBytes } = fetching;
  const call = { args, settings: settingsFor(fetching), maxFileBytes: packBytes };
  const end = await git.run(repository, call, signal);
  if (end.exitCode === 0 || !(await removeCutFiles(join(directory, 'objects'), packBytes))) return end;
  return { ...end, complaint: `fatal: File too large: one has more than ${packBytes} bytes` };
}

/** What git is told of where it goes: the addresses of the name, and the credential. */
export function settingsFor({
  repository,
  url,
  credential,
}: Pick<Fetching, 'repository' | 'url' | 'credential'>): GitSetting[] {
  const pins = [...(url.pins ?? [])];
  if (!credential || !url.scheme.startsWith('http')) return pins;
  if (isPrivateChannel(url))
    return [...pins, [`http.${new URL(url.url).origin}/.extraHeader`, credential.header]];
  const message = `the credential for ${repository} is not sent to ${url.url} in plain text. ${adviceFor('insecure-credential')}`;
  throw new SourceError('insecure-credential', message, { repository });
}

function fetchError(fetching: Fetching, { complaint }: GitEnd, commits: readonly CommitSha[]): SourceError {
  const { repository, url, credential } = fetching;
  const code: SourceFailure = isGitMissing(complaint) ? 'git-missing' : failureOf(complaint);
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

/** The second is a shell's word (`git-process.ts`). */
const isGitMissing = (complaint: string): boolean =>
  /spawn git ENOENT|git: (?:command )?not found/.test(complaint);

/**
 * Git does not say that a bound has ended what it began, and leaves it behind: a pack, or an object. Others that are being
 * written just now are smaller.
 */
async function removeCutFiles(objects: string, packBytes: number): Promise<boolean> {
  const names = await readdir(objects, { recursive: true });
  const begun = names.filter(name => /^tmp_(?:pack|obj)_/.test(basename(name)));
  let isCut = false;
  for (const name of begun) {
    const file = join(objects, name);
    // Gone meanwhile: another fetch has completed it.
    const size = await stat(file).then(
      facts => facts.size,
      () => 0,
    );
    if (size < packBytes - 512) continue;
    isCut = true;
    await rm(file, { force: true });
  }
  return isCut;
}

/** A ref name that is only a name: no pattern, no second half, no prefix that means something to git fetch. */
const isPlainRef = (ref: string): boolean => /^refs\/[^\p{Cc}\s~^:?*[\\]+$/u.test(ref) && !ref.includes('..');
