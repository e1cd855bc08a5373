/** Many commits in a moment: `git fast-import` into a bare repository. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { keptRef } from '#coordinator/source/mirror-directory.ts';
import { type CommitSha, commitSha } from '#shared/ids.ts';

export type Files = Record<string, string>;

const env = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
const author = 'Bench <bench@localhost> 1700000000 +0000';
const bytesOf = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;

export async function makeRepository(directory: string): Promise<void> {
  await promisify(execFile)('git', ['init', '--quiet', '--bare', '--initial-branch=main', directory], {
    env,
  });
}

/** Adds commits to a branch, each with these files changed. Answers their ids, in order. */
export async function addCommits(
  directory: string,
  commits: readonly Files[],
  branch = 'main',
): Promise<CommitSha[]> {
  const marks = path.join(directory, 'bench-marks');
  const parent = await headOf(directory, branch);
  const child = spawn('git', ['-C', directory, 'fast-import', '--quiet', `--export-marks=${marks}`], {
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  child.stdin.end(commits.map((files, index) => commitText(files, index, { branch, parent })).join(''));
  const [code] = await ended;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
  const lines = (await readFile(marks, 'utf8')).trim().split('\n');
  const ids = new Map(lines.map(line => [Number(line.slice(1).split(' ')[0]), line.split(' ')[1]]));
  return commits.map((_, index) => commitSha.parse(ids.get(index + 1)));
}

type At = { branch: string; parent: string | null };

function commitText(files: Files, index: number, { branch, parent }: At): string {
  const from = index === 0 && parent ? `from ${parent}\n` : '';
  const changes = Object.entries(files).map(([name, text]) => `M 100644 inline ${name}\n${bytesOf(text)}`);
  return `commit refs/heads/${branch}\nmark :${index + 1}\ncommitter ${author}\n${bytesOf(`Commit ${index}`)}${from}${changes.join('')}`;
}

const headOf = (directory: string, branch: string): Promise<string | null> =>
  promisify(execFile)('git', ['-C', directory, 'rev-parse', `refs/heads/${branch}`], { env }).then(
    ({ stdout }) => stdout.trim(),
    () => null, // no commit yet
  );

/** Says to a mirror that it has these commits, as a fetch would have: they are in its objects already. */
export async function keepInMirror(mirror: string, commits: readonly CommitSha[]): Promise<void> {
  const child = spawn('git', ['-C', mirror, 'update-ref', '--stdin'], {
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  child.stdin.end(commits.map(sha => `update ${keptRef(sha)} ${sha}\n`).join(''));
  const [code] = await ended;
  if (code !== 0) throw new Error(`git update-ref ended with ${code}`);
}
