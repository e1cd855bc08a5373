import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { limits } from '#shared/limits.ts';
import type { RunSource } from '#shared/messages.ts';
import type { Way } from '../../credentials/route.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { SourceFailed } from '../errors.ts';
import { removeTree } from '../remove-tree.ts';
import { gitRoute } from '../session/gateway.ts';
import { backOff, boundedBy, pause } from '../waiting.ts';
import { checkOut, GitFailed } from './git.ts';

export type SourceRequest = {
  source: RunSource;
  /** An empty directory; afterwards it holds exactly the tree of the commit (and `.git`, when it came by git). */
  workspace: string;
  /** What git may see: PATH, a private home, and the machine's marker by which its processes can be found. */
  env: Readonly<Record<string, string>>;
  hasGit: boolean;
  way: Way;
  /** A file of certificates that git believes in place of the usual ones. */
  ca?: string | undefined;
  log: Diagnostics;
  signal: AbortSignal;
};

type Mirror = Extract<RunSource, { type: 'mirror' }>;

const firstWaitMs = 500;
const longestWaitMs = 5_000;

/**
 * Brings the source of exactly one commit into the workspace: by git when that is wanted and works, else as an archive.
 * Tries again, from an empty workspace, where time may help, until the source deadline. Throws `SourceFailed`, or the
 * signal's reason.
 */
export async function fetchSource(request: SourceRequest): Promise<void> {
  const { source, signal } = request;
  if (source.type === 'none') return;
  const deadline = boundedBy(signal, limits.sourceDeadlineMs, 'the source deadline has passed');
  try {
    await fetchUntil(deadline.signal, request, source);
  } catch (error) {
    signal.throwIfAborted();
    if (!deadline.signal.aborted || error instanceof SourceFailed) throw error;
    const minutes = limits.sourceDeadlineMs / 60_000;
    throw new SourceFailed(`the source of ${source.commit} did not arrive within ${minutes} minutes`, {
      cure: 'elsewhere',
      cause: error,
    });
  } finally {
    deadline.clear();
  }
}

async function fetchUntil(deadline: AbortSignal, request: SourceRequest, mirror: Mirror): Promise<void> {
  const waits = backOff(firstWaitMs, longestWaitMs);
  while (true) {
    try {
      return await fetchOnce(deadline, request, mirror);
    } catch (error) {
      if (!(error instanceof SourceFailed) || error.cure !== 'time' || deadline.aborted) throw error;
      request.log('source-failed', { message: error.message });
    }
    await pause(waits.next().value, deadline);
    await emptyDirectory(request.workspace);
  }
}

async function fetchOnce(
  signal: AbortSignal,
  { workspace, env, hasGit, way, ca, log }: SourceRequest,
  mirror: Mirror,
): Promise<void> {
  if (hasGit && mirror.prefer === 'git')
    try {
      return await checkOut({
        mirror,
        workspace,
        env,
        route: gitRoute(`${mirror.url}/git`, way.gateway, ca),
        signal,
      });
    } catch (error) {
      if (!(error instanceof GitFailed)) throw error;
      log('git-failed', { message: error.message, now: 'the archive is tried' });
      await emptyDirectory(workspace);
    }
  // Loaded when there is one: a machine that starts for a job without an archive need not know how to unpack any.
  const { unpackArchive } = await import('./archive.ts');
  await unpackArchive({ mirror, workspace, way, signal });
}

async function emptyDirectory(path: string): Promise<void> {
  for (const name of await readdir(path)) await removeTree(join(path, name));
}
