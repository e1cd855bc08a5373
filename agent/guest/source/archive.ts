import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { extract } from 'tar';
import type { RunSource } from '#shared/messages.ts';
import { cureOf, reasonOf, SourceFailed } from '../errors.ts';
import { problemText } from '../problem-text.ts';

export type Unpacking = {
  mirror: Extract<RunSource, { type: 'mirror' }>;
  workspace: string;
  signal: AbortSignal;
};

/**
 * Streams `<url>/archive.tar` into the workspace. Every irregularity of the archive is an error, an entry or a link that
 * leads out of the workspace too; modes are kept, owners are not. Throws `SourceFailed`, or the signal's reason.
 */
export async function unpackArchive({ mirror, workspace, signal }: Unpacking): Promise<void> {
  const body = await openArchive(mirror, signal);
  const tar = extract({ cwd: workspace, strict: true, preserveOwner: false });
  let received: Error | null = null;
  body.once('error', error => {
    received = error;
  });
  try {
    await pipeline(body, tar, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (received) throw interrupted(mirror, error);
    throw unpackable(mirror, error);
  }
}

async function openArchive(
  { url, token, commit }: Unpacking['mirror'],
  signal: AbortSignal,
): Promise<Readable> {
  const response = await fetch(`${url}/archive.tar`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: 'error',
    signal,
  }).catch(error => {
    signal.throwIfAborted();
    throw new SourceFailed(`the source of ${commit} cannot be fetched: ${reasonOf(error)}`, {
      cure: 'time',
      cause: error,
    });
  });
  if (response.status === 200 && response.body) return Readable.fromWeb(response.body as ReadableStream);
  const message = `the source of ${commit} was refused (${response.status}): ${await problemText(response)}`;
  throw new SourceFailed(message, { cure: cureOf(response.status) });
}

const interrupted = ({ commit }: Unpacking['mirror'], cause: unknown) =>
  new SourceFailed(`the source of ${commit} broke off: ${reasonOf(cause)}`, { cure: 'time', cause });

/** The disk's errors carry a code of the system; the archive's own never change on a second try. */
function unpackable({ commit }: Unpacking['mirror'], cause: unknown): SourceFailed {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const isDisk = /^E[A-Z]+$/.test(code);
  const message = `the source of ${commit} cannot be laid out here: ${reasonOf(cause)}`;
  return new SourceFailed(message, { cure: isDisk ? 'elsewhere' : 'nothing', cause });
}
