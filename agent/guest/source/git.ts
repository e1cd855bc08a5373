import type { RunSource } from '#shared/messages.ts';
import { SourceFailed } from '../errors.ts';
import type { GitRoute } from '../session/gateway.ts';
import { branchName } from './branch-name.ts';
import { type GitEnd, type GitRun, runGit } from './run-git.ts';

export type CheckOut = {
  mirror: Extract<RunSource, { type: 'mirror' }>;
  workspace: string;
  env: Readonly<Record<string, string>>;
  /** Where the mirror is asked for, and what git has to know for that. */
  route: GitRoute;
  signal: AbortSignal;
};

/** Git could not do it, for a reason that does not say the commit is missing: the archive may still work. */
export class GitFailed extends Error {
  readonly code = 'git-failed';
}

/** The bytes of the commit and nothing else; no attribute of the user's and no background process. */
const steady: GitRun['config'] = [
  ['core.autocrlf', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['advice.detachedHead', 'false'],
  ['init.defaultBranch', 'main'],
  ['protocol.version', '2'],
  ['http.followRedirects', 'false'],
  // A transfer that stands still for a minute is dead; a server that thinks sends keep-alives.
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '60'],
];

const missing = /not our ref|no such commit|did not contain|couldn't find remote ref|bad object/i;

/**
 * Fetches one commit with its history from the mirror and checks it out as its branch. The token goes in a header that
 * only the environment of `git fetch` carries; it is never stored. Throws `SourceFailed` when the mirror does not have
 * the commit, `GitFailed` for anything else git complains of, or the signal's reason.
 */
export async function checkOut({ mirror, workspace, env, route, signal }: CheckOut): Promise<void> {
  const { commit, token, ref } = mirror;
  const git = (args: readonly string[], secret: GitRun['config'] = []) =>
    runGit({ args, directory: workspace, env, config: [...steady, ...secret], signal });
  const format = commit.length === 64 ? ['--object-format=sha256'] : [];
  mustWork('init', await git(['init', '--quiet', '--template=', ...format, '.']));
  const fetched = await git(
    ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', route.url, commit],
    [...route.config, ['http.extraHeader', `Authorization: Bearer ${token}`]],
  );
  if (!fetched.isSuccess && missing.test(fetched.said))
    throw new SourceFailed(`the mirror has no commit ${commit}: ${lastLine(fetched.said)}`, {
      cure: 'nothing',
    });
  mustWork('fetch', fetched);
  const branch = branchName(ref);
  const how = branch === null ? ['--detach'] : ['-B', branch];
  mustWork('checkout', await git(['checkout', '--quiet', '--force', ...how, commit]));
  const head = mustWork('rev-parse', await git(['rev-parse', 'HEAD'])).trim();
  if (head !== commit) throw new GitFailed(`git checked out ${head} instead of ${commit}`);
}

function mustWork(verb: string, { isSuccess, said }: GitEnd): string {
  if (!isSuccess) throw new GitFailed(`git ${verb}: ${lastLine(said) || 'it failed and said nothing'}`);
  return said;
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 500) ?? '';
