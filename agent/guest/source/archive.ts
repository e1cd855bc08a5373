import { mkdtemp, rename, rmdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import type { RunSource } from '#shared/messages.ts';
import type { Way } from '../../credentials/route.ts';
import { ask } from '../ask.ts';
import { cureOf, reasonOf, SourceFailed } from '../errors.ts';
import { problemText } from '../problem-text.ts';
import { removeTree } from '../remove-tree.ts';

export type Unpacking = {
  mirror: Extract<RunSource, { type: 'mirror' }>;
  workspace: string;
  way: Way;
  signal: AbortSignal;
};

/**
 * Makes the (empty) workspace the tree of `<url>/archive.tar`. Every irregularity of the archive is an error, an entry or
 * a link that leads out of the tree too; modes are kept, owners are not. Throws `SourceFailed`, or the signal's reason;
 * then the workspace is as it was.
 */
export async function unpackArchive(unpacking: Unpacking): Promise<void> {
  const { workspace } = unpacking;
  // Beside it, and moved when complete: the library goes on writing for a while after it has failed.
  const incoming = await mkdtemp(`${workspace}-incoming-`);
  try {
    await unpackInto(incoming, unpacking);
    await rmdir(workspace);
    await rename(incoming, workspace);
  } catch (error) {
    // What cannot be removed yet goes with the attempt.
    await removeTree(incoming).catch(() => {});
    throw error;
  }
}

async function unpackInto(directory: string, { mirror, way, signal }: Unpacking): Promise<void> {
  const body = await openArchive(mirror, way, signal);
  const told = new Set<string | undefined>();
  const tar = extract({
    cwd: directory,
    strict: true,
    preserveOwner: false,
    onReadEntry: entry => void told.add(entry.globalExtended?.comment),
  });
  // Whichever fails first takes the other with it.
  let failed: 'body' | 'tar' | null = null;
  body.once('error', () => {
    failed ??= 'body';
  });
  tar.once('error', () => {
    failed ??= 'tar';
  });
  try {
    await pipeline(body, tar, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw failed === 'body' ? interrupted(mirror, error) : unpackable(mirror, error);
  }
  verify(mirror, told);
}

/** `git archive` writes the commit into the archive's first header: git-get-tar-commit-id(1). */
function verify({ commit }: Unpacking['mirror'], told: ReadonlySet<string | undefined>): void {
  for (const other of told)
    if (other !== undefined && other !== commit)
      throw new SourceFailed(`the source of ${commit} arrived as that of ${other}`, { cure: 'elsewhere' });
}

async function openArchive(
  { url, token, commit }: Unpacking['mirror'],
  way: Way,
  signal: AbortSignal,
): Promise<Readable> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await ask(`${url}/archive.tar`, { headers, way, signal }).catch(error => {
    signal.throwIfAborted();
    throw new SourceFailed(`the source of ${commit} cannot be fetched: ${reasonOf(error)}`, {
      cure: 'time',
      cause: error,
    });
  });
  const { statusCode: status = 0 } = response;
  if (status === 200) return response;
  const message = `the source of ${commit} was refused (${status}): ${await problemText(response)}`;
  throw new SourceFailed(message, { cure: cureOf(status) });
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
