/** A repository on this disk, as the person in front of it sees it: for `paddock run <path>`. */
import { resolve } from 'node:path';
import { type CommitSha, commitSha } from '#shared/ids.ts';
import { CliError } from './errors.ts';
import { runGit } from './run-git.ts';
import { texts } from './texts.ts';

export type LocalRepository = {
  /** The absolute path of the repository (of the checkout, or of a bare repository). */
  cloneUrl: string;
  /** The commit that will be tested. */
  headSha: CommitSha;
  /** Null when HEAD is detached. */
  branch: string | null;
  /** First line of the commit's message, and who wrote it. */
  title: string;
  author: string;
  /** Tracked files whose changes are not in any commit, from the top of the checkout. They are not tested. */
  dirtyFiles: string[];
  /** Files git does not know and does not ignore; a directory of such files ends with `/`. They are not tested. */
  untrackedFiles: string[];
  /** `owner/name` from the URL of the remote `origin`; null when there is none or it says no such thing. */
  originName: string | null;
};

/**
 * Looks at the repository that `path` is in, with the git and the configuration of whoever asks. `revision` is anything
 * that git resolves to a commit. Changes nothing. @throws CliError that says what to do
 */
export async function resolveLocal(
  path: string,
  revision = 'HEAD',
  env: NodeJS.ProcessEnv = process.env,
): Promise<LocalRepository> {
  const git = (args: string[], at = path) => runGit(['-C', at, ...args], env);
  const isBare = (await git(['rev-parse', '--is-bare-repository']).catch(reword(path))) === 'true\n';
  const place = ['rev-parse', isBare ? '--absolute-git-dir' : '--show-toplevel'];
  const cloneUrl = resolve(path, (await git(place).catch(reword(path))).replace(/\n$/, ''));
  const answer = (args: string[]) => answerOrNull(git(args, cloneUrl));
  const headSha = await commitOf(answer, cloneUrl, revision);
  const status = ['status', '--porcelain=v2', '-z', '--untracked-files=normal', '--no-renames'];
  const [title = '', author = ''] = (
    await git(['show', '--no-patch', '--format=%s%x00%an', headSha], cloneUrl)
  ).split('\0');
  return {
    cloneUrl,
    headSha,
    branch: await answer(['symbolic-ref', '--quiet', '--short', 'HEAD']),
    title,
    author: author.trim(),
    ...readStatus(isBare ? '' : await git(status, cloneUrl)),
    originName: nameOf((await answer(['config', '--get', 'remote.origin.url'])) ?? ''),
  };
}

/** `git status --porcelain=v2 -z` without renames (git-status(1), "Porcelain Format Version 2"). */
export function readStatus(text: string): Pick<LocalRepository, 'dirtyFiles' | 'untrackedFiles'> {
  const records = text.split('\0');
  const pathsOf = (format: RegExp) => records.flatMap(record => format.exec(record)?.[1] ?? []);
  return {
    dirtyFiles: pathsOf(/^(?:1 (?:\S+ ){7}|u (?:\S+ ){9})(.+)$/s),
    untrackedFiles: pathsOf(/^\? (.+)$/s),
  };
}

/** The last two parts of the path of a URL, never its user or host. */
export function nameOf(url: string): string | null {
  const path = /^(?:https?|ssh|git):\/\/[^/]+\/(.+)$/.exec(url)?.[1] ?? /^[^/:]+@[^/:]+:(.+)$/.exec(url)?.[1];
  const name = /([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(path ?? '')?.[1];
  return name ?? null;
}

type Answer = (args: string[]) => Promise<string | null>;

async function commitOf(answer: Answer, path: string, revision: string): Promise<CommitSha> {
  const peeled = `${revision}^{commit}`;
  const id = commitSha.safeParse(
    await answer(['rev-parse', '--quiet', '--verify', '--end-of-options', peeled]),
  );
  if (id.success) return id.data;
  const sentence = revision === 'HEAD' ? texts.noCommitYet(path) : texts.noSuchCommit(path, revision);
  throw new CliError('no-such-commit', sentence, revision === 'HEAD' ? null : `git -C ${path} log --oneline`);
}

/** One line, or null when git says no. */
async function answerOrNull(output: Promise<string>): Promise<string | null> {
  try {
    return (await output).trim();
  } catch (error) {
    if (error instanceof CliError && error.code === 'git-failed') return null;
    throw error;
  }
}

/** Git's complaint about the path itself, in a sentence that says what to do. */
const reword = (path: string) => (error: unknown) => {
  if (!(error instanceof CliError) || error.code !== 'git-failed') throw error;
  if (/cannot change to/.test(error.message))
    throw new CliError('no-such-path', texts.noSuchPath(path), texts.hints.runTarget, { cause: error });
  if (/not a git repository/.test(error.message))
    throw new CliError('not-a-repository', texts.notARepository(path), texts.hints.gitInit(path), {
      cause: error,
    });
  throw new CliError('git-failed', `${path}: ${error.message}`, null, { cause: error });
};
