import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CommitSha } from '#shared/ids.ts';
import { SourceError } from './errors.ts';
import { wordsOfGit } from './git-failure.ts';
import type { Git } from './git-process.ts';

/** The ref that keeps a fetched commit and its history from garbage collection, and proves that all of it is there. */
export const keptRef = (commit: CommitSha): string => `refs/paddock/commits/${commit}`;

/**
 * `git archive` reads `.gitattributes` of the tree it packs; these lines win over them. An archive must hold every file
 * with the bytes of a checkout: neither `export-ignore` nor `export-subst` of the tested repository counts.
 */
const attributes = '* -export-ignore -export-subst\n';

/** A ref is locked for milliseconds; a lock this old was left by a machine that stopped in the middle. */
const staleLockMs = 60_000;

/** Asked before every reading: in place, because a hop to another thread takes ten times as long as the question. */
export const isMirror = (directory: string): boolean => existsSync(join(directory, 'HEAD'));

/**
 * Makes the bare repository where it is missing: under another name first, so that a half-made one is never used. Not for
 * concurrent calls on one directory. SHA-256 repositories by the length of the commit's id.
 */
export async function prepareMirror(
  git: Git,
  { repository, directory, commit }: { repository: string; directory: string; commit: CommitSha },
  signal: AbortSignal,
): Promise<void> {
  if (isMirror(directory)) return removeStaleLocks(directory);
  const draft = `${directory}.new`;
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  for (const path of [draft, directory]) await rm(path, { recursive: true, force: true });
  const format = commit.length === 64 ? ['--object-format=sha256'] : [];
  const args = ['init', '--bare', '--quiet', '--template=', '--initial-branch=main', ...format, '--', draft];
  const { exitCode, complaint } = await git.run(repository, { args }, signal);
  if (exitCode !== 0) throw notMade(repository, complaint);
  await mkdir(join(draft, 'info'));
  await writeFile(join(draft, 'info', 'attributes'), attributes);
  await rename(draft, directory);
}

const notMade = (repository: string, complaint: string) => {
  const isMissing = /ENOENT/.test(complaint);
  const why = isMissing ? 'git is not on PATH; install it' : wordsOfGit(complaint);
  const message = `the mirror of ${repository} could not be made: ${why}`;
  return new SourceError(isMissing ? 'git-missing' : 'git-failed', message, { repository });
};

/** Only one coordinator writes here, one call at a time for each repository, so nobody is behind an old lock. */
async function removeStaleLocks(directory: string): Promise<void> {
  const commits = join(directory, 'refs', 'paddock', 'commits');
  const inside = async (path: string) =>
    (await readdir(path).catch(absent))?.filter(name => name.endsWith('.lock')).map(name => join(path, name));
  const locks = [...((await inside(directory)) ?? []), ...((await inside(commits)) ?? [])];
  for (const path of locks) {
    const found = await statOf(path);
    if (found && Date.now() - found.mtimeMs > staleLockMs) await rm(path, { force: true });
  }
}

const statOf = (path: string) => stat(path).catch(absent);

function absent(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
