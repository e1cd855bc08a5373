import type { IncomingMessage, ServerResponse } from 'node:http';
import { wordsOfGit } from './git-failure.ts';
import type { Mirrors } from './mirror-port.ts';
import { type Problem, sendProblem } from './problem.ts';
import type { SourceReader } from './source-reader.ts';
import { streamChild } from './stream-child.ts';

/**
 * `GET …/archive.tar`: the tree of exactly one commit as a tar stream (ustar with pax headers), every file of it, with the
 * bytes and modes of a checkout under umask 022 and `core.autocrlf=false`. Submodules are empty directories. It starts at once and is
 * not kept; a git that fails in the middle cuts the response off.
 */
export async function streamArchive(
  mirrors: Mirrors,
  request: IncomingMessage,
  response: ServerResponse,
  { repository, commit, signal }: SourceReader & { signal: AbortSignal },
): Promise<void> {
  if (request.method !== 'GET') return sendProblem(response, onlyGet);
  const child = mirrors.startGit(repository, { args: ['archive', '--format=tar', commit] });
  child.stdin.end();
  const headers = { 'Content-Type': 'application/x-tar', 'Cache-Control': 'no-store' };
  const failed = await streamChild(child, response, { headers, isSelfDelimiting: false, signal });
  if (failed) sendProblem(response, notPacked(commit, failed.complaint));
}

const onlyGet: Problem = { code: 'wrong-method', detail: 'an archive is read with GET' };

const notPacked = (commit: string, complaint: string): Problem => ({
  code: 'failed',
  detail: `git archive of ${commit}: ${wordsOfGit(complaint)}`,
});
