/** A repository as people push it: a checkout of its own in which commits are made, without anybody's configuration. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type CommitSha, commitSha } from '#shared/ids.ts';

/** A file's text; a script may be run; null removes the file. */
export type Content = string | { script: string } | null;

export type Origin = {
  directory: string;
  /** A commit on a branch, which is made from the current one when it is new. */
  commit(branch: string, message: string, files: Record<string, Content>): Promise<CommitSha>;
  /** A merge commit of `branch` on `main`. */
  merge(branch: string, message: string): Promise<CommitSha>;
};

const author = { name: 'Paddock', email: 'paddock@localhost' };

/** Makes the repository in `directory`, with the branch `main`. `search` is the PATH on which git is found. */
export async function createOrigin(directory: string, search: string | undefined): Promise<Origin> {
  const env = {
    PATH: search,
    HOME: directory,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
  };
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', ['-C', directory, ...args], { env })).stdout.trim();
  const head = async () => commitSha.parse(await git('rev-parse', 'HEAD'));
  const go = async (branch: string) => {
    const isThere = await git('rev-parse', '--quiet', '--verify', `refs/heads/${branch}`).catch(() => '');
    const isUnborn = (await git('symbolic-ref', '--short', 'HEAD')) === branch;
    if (isThere) await git('checkout', '--quiet', branch);
    else if (!isUnborn) await git('checkout', '--quiet', '-b', branch);
  };

  await mkdir(directory, { recursive: true });
  await git('init', '--quiet', '--initial-branch=main');
  return {
    directory,
    async commit(branch, message, files) {
      await go(branch);
      for (const [name, content] of Object.entries(files)) await put(path.join(directory, name), content);
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '--message', message);
      return head();
    },
    async merge(branch, message) {
      await go('main');
      await git('merge', '--quiet', '--no-ff', '--message', message, branch);
      return head();
    },
  };
}

async function put(file: string, content: Content): Promise<void> {
  if (content === null) return rm(file);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : content.script);
  if (typeof content !== 'string') await chmod(file, 0o755);
}
