/**
 * Git's smart HTTP protocol, reading only (gitprotocol-http, gitprotocol-v2): `info/refs?service=git-upload-pack` and
 * `POST git-upload-pack`, each one `git upload-pack --stateless-rpc`. One commit is advertised, every other ref is hidden.
 * Who knows the id of another object of the same repository can ask for it: the token reads one repository.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CommitSha, RepositoryId } from '#shared/ids.ts';
import type { GitSetting } from './git-environment.ts';
import { wordsOfGit } from './git-failure.ts';
import type { GitChild } from './git-process.ts';
import { keptRef } from './mirror-directory.ts';
import type { Mirrors } from './mirror-port.ts';
import { type Problem, sendProblem } from './problem.ts';
import { readRequestBody } from './request-body.ts';
import type { SourceReader } from './source-reader.ts';
import { streamChild } from './stream-child.ts';

export type GitRequest = SourceReader & {
  /** What stands behind `…/git/` in the path, without the query. */
  subPath: string;
  signal: AbortSignal;
};

const service = 'git-upload-pack';

export async function answerGit(
  mirrors: Mirrors,
  request: IncomingMessage,
  response: ServerResponse,
  { repository, commit, subPath, signal }: GitRequest,
): Promise<void> {
  const call = callOf(request, subPath);
  if ('code' in call) return sendProblem(response, call);
  const body = call.type === 'refs' ? null : await readRequestBody(request);
  if (body && 'code' in body) return sendProblem(response, body);
  signal.throwIfAborted();
  const isV2 = protocolOf(request) === 'version=2';
  const child = startUploadPack(mirrors, { repository, commit, request, isAdvertising: body === null });
  child.stdin.end(body?.bytes);
  const failed = await streamChild(child, response, {
    headers: headersOf(body ? 'result' : 'advertisement'),
    // Before v2 the answer starts with the name of the service.
    ...(body || isV2 ? {} : { preamble: packetLine(`# service=${service}\n`) + flush }),
    isSelfDelimiting: true,
    signal,
  });
  if (failed) sendProblem(response, notServed(failed.complaint));
}

function callOf(request: IncomingMessage, subPath: string): { type: 'refs' | 'pack' } | Problem {
  const wanted = new URL(request.url ?? '/', 'http://localhost').searchParams.get('service');
  const path = subPath.replace(/^\//, '');
  if (path === 'git-receive-pack' || wanted === 'git-receive-pack') return readOnly;
  if (path === 'info/refs' && request.method === 'GET')
    return wanted === service ? { type: 'refs' } : onlySmart;
  if (path === service && request.method === 'POST') return { type: 'pack' };
  return nothingHere;
}

function startUploadPack(
  mirrors: Mirrors,
  {
    repository,
    commit,
    request,
    isAdvertising,
  }: { repository: RepositoryId; commit: CommitSha; request: IncomingMessage; isAdvertising: boolean },
): GitChild {
  const settings: GitSetting[] = [
    ['transfer.hideRefs', 'refs/'],
    ['transfer.hideRefs', `!${keptRef(commit)}`],
    ['uploadpack.allowAnySHA1InWant', 'true'],
  ];
  const advertise = isAdvertising ? ['--advertise-refs'] : [];
  const args = ['upload-pack', '--strict', '--stateless-rpc', ...advertise, mirrors.directoryOf(repository)];
  const protocol = protocolOf(request);
  return mirrors.startGit(repository, { args, settings, ...(protocol && { protocol }) });
}

/** Only the plain versions; the header is free text that would become an environment variable. */
function protocolOf({ headers }: IncomingMessage): string | null {
  const protocol = headers['git-protocol'];
  return typeof protocol === 'string' && /^version=[012]$/.test(protocol) ? protocol : null;
}

const headersOf = (kind: 'result' | 'advertisement') => ({
  'Content-Type': `application/x-${service}-${kind}`,
  'Cache-Control': 'no-cache, max-age=0, must-revalidate',
});

const flush = '0000';
const packetLine = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text;

const readOnly: Problem = { code: 'read-only', detail: 'nobody can push to a mirror' };

const onlySmart: Problem = {
  code: 'only-smart-http',
  detail: `ask for info/refs?service=${service}; this needs git 1.6.6 or newer`,
};

const nothingHere: Problem = {
  code: 'not-found',
  detail: `a repository has info/refs (GET) and ${service} (POST)`,
};

const notServed = (complaint: string): Problem => ({
  code: 'failed',
  detail: `git upload-pack: ${wordsOfGit(complaint)}`,
});
