/** A folder of ours as a repository with one commit: the same files are the same commit, at whatever time and place. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { type CommitSha, commitSha } from '#shared/ids.ts';
import { gitEnvironment } from './git-environment.ts';

const run = promisify(execFile);

/** Who made it and when counts in its name, and must not differ. */
const author = { NAME: 'Paddock', EMAIL: 'paddock@localhost', DATE: '2026-01-01T00:00:00Z' };

/** @returns the commit, which is `main` of the bare repository `repository`. Rejects as a failed child does. */
export async function commitFolder(
  folder: string,
  repository: string,
  message: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CommitSha> {
  const identity = Object.entries(author).flatMap(([name, value]) => [
    [`GIT_AUTHOR_${name}`, value],
    [`GIT_COMMITTER_${name}`, value],
  ]);
  const settings = [
    ['core.autocrlf', 'false'],
    ['core.hooksPath', '/dev/null'],
  ] as const;
  const env = { ...gitEnvironment(environment, settings), ...Object.fromEntries(identity) };
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', [`--git-dir=${repository}`, ...args], { env })).stdout.trim();

  await mkdir(repository, { recursive: true });
  await git('init', '--quiet', '--bare', '--initial-branch=main', repository);
  await git(`--work-tree=${folder}`, 'add', '--all', '--force', ':/');
  const tree = await git('write-tree');
  const commit = commitSha.parse(await git('commit-tree', tree, '-m', message));
  await git('update-ref', 'refs/heads/main', commit);
  return commit;
}
