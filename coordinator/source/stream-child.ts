import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { GitChild, GitEnd } from './git-process.ts';

export type Streaming = {
  headers: OutgoingHttpHeaders;
  /** Bytes before the child's own. */
  preamble?: string;
  /** Whether a reader can tell by the bytes alone that the end is missing; if not, a failed child cuts the response off. */
  isSelfDelimiting: boolean;
  signal: AbortSignal;
};

/**
 * Streams a child's output as the response, from its first byte on, at the reader's speed. Null when all went well; how the
 * child ended when it failed before it said anything, and the response is still to be given. Stops the child on abort and
 * returns only after its end; throws the signal's reason.
 */
export async function streamChild(
  child: GitChild,
  response: ServerResponse,
  { headers, preamble, isSelfDelimiting, signal }: Streaming,
): Promise<GitEnd | null> {
  signal.addEventListener('abort', child.stop, { once: true });
  if (signal.aborted) child.stop();
  try {
    const isSilent = await endsSilently(child.stdout);
    const early = isSilent ? await child.ended : null;
    signal.throwIfAborted();
    if (early && early.exitCode !== 0) return early;
    response.writeHead(200, headers);
    if (preamble !== undefined) response.write(preamble);
    await pipeline(child.stdout, response, { end: false, signal });
    const { exitCode } = await child.ended;
    if (exitCode === 0 || isSelfDelimiting) response.end();
    else response.destroy();
    return null;
  } finally {
    child.stop();
    child.stdout.destroy();
    await child.ended;
    signal.removeEventListener('abort', child.stop);
  }
}

/** Waits for the first byte, which stays unread, or for the end without one. */
const endsSilently = (stdout: Readable): Promise<boolean> =>
  new Promise(resolve => {
    const answer = (isSilent: boolean) => () => {
      stdout.off('readable', hasMore).off('close', silent);
      resolve(isSilent);
    };
    const silent = answer(true);
    const readable = answer(false);
    // Also emitted at the end of the stream: then there is nothing to read.
    const hasMore = () => (stdout.readableLength > 0 ? readable() : stdout.read());
    stdout.on('readable', hasMore).once('end', silent).once('close', silent);
  });
