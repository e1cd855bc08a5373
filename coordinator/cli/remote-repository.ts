/** A repository behind a URL, as `git ls-remote` tells of it: for `paddock run <url>`. */
import { type CommitSha, commitSha } from '#shared/ids.ts';
import { CliError } from './errors.ts';
import { runGit } from './run-git.ts';
import { texts } from './texts.ts';

export type RemoteCommit = { commit: CommitSha; ref: string };

/** Whether git would take the text for an address and not for a path. */
export const isRemote = (text: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /^[\w.-]+@[\w.-]+:[^:]/.test(text);

/**
 * The commit that `revision` is at that address: a full SHA is taken as it is, anything else must be the name of a branch,
 * a tag or a ref there. @throws CliError in git's words, or `no-such-commit`
 */
export async function resolveRemote(
  url: string,
  revision: string,
  env: NodeJS.ProcessEnv,
): Promise<RemoteCommit> {
  const exact = commitSha.safeParse(revision);
  if (exact.success) return { commit: exact.data, ref: 'HEAD' };
  const output = await runGit(['ls-remote', '--symref', '--', url], env).catch(error => {
    if (!(error instanceof CliError) || error.code !== 'git-failed') throw error;
    throw new CliError('git-failed', texts.unreadableRemote(url, error.message), texts.hints.remote(url), {
      cause: error,
    });
  });
  const found = findRef(readRefs(output), revision);
  if (found) return found;
  const sentence = /^[0-9a-f]{4,39}$/.test(revision)
    ? texts.shortRemoteCommit(revision)
    : texts.noSuchRef(url, revision);
  throw new CliError('no-such-commit', sentence, texts.hints.remote(url));
}

type Refs = { commits: Map<string, CommitSha>; head: string | null };

/** The output of `git ls-remote --symref`: `<sha>\t<ref>`, a peeled tag as `<ref>^{}`, and `ref: <branch>\tHEAD`. */
export function readRefs(output: string): Refs {
  const commits = new Map<string, CommitSha>();
  let head: string | null = null;
  for (const line of output.split('\n')) {
    const [value = '', name = ''] = line.split('\t');
    const commit = commitSha.safeParse(value);
    if (commit.success) commits.set(name, commit.data);
    else if (name === 'HEAD') head = value.replace(/^ref: /, '');
  }
  return { commits, head };
}

/** A name as git itself would look it up (gitrevisions(7)); of an annotated tag the commit behind it. */
export function findRef({ commits, head }: Refs, revision: string): RemoteCommit | null {
  for (const ref of [revision, `refs/${revision}`, `refs/tags/${revision}`, `refs/heads/${revision}`]) {
    const commit = commits.get(`${ref}^{}`) ?? commits.get(ref);
    if (commit) return { commit, ref: ref === 'HEAD' ? (head ?? ref) : ref };
  }
  return null;
}
