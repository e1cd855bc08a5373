import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { SourceError } from './errors.ts';
import { adviceFor } from './git-failure.ts';
import type { GitObject } from './object-reader.ts';
import type { ObjectReaders } from './object-readers.ts';
import { findInTree, type TreeEntry } from './tree.ts';

export type MirrorReading = { readers: ObjectReaders; repository: string; directory: string };

/** The commit of this id or ref; null when the mirror has no such thing or it is not a commit. */
export async function readCommit(
  { readers, directory }: MirrorReading,
  name: string,
): Promise<GitObject | null> {
  const found = await readers.read(directory, name, limits.gitTreeBytes);
  return found && 'bytes' in found && found.type === 'commit' ? found : null;
}

/**
 * Walks the trees from the commit to the file. Git's own `<commit>:<path>` would hand out the target of a symbolic link
 * as if it were the file's content.
 */
export async function readFileAt(
  reading: MirrorReading,
  commit: CommitSha,
  path: string,
  maxBytes: number,
): Promise<Uint8Array | null> {
  const entry = await findEntry(reading, commit, path);
  if (!entry) return null;
  if (entry.kind !== 'file') throw refused(reading, commit, `${path} is a ${entry.kind}, not a file`);
  const found = await reading.readers.read(reading.directory, entry.id, maxBytes);
  if (found && 'bytes' in found) return found.bytes;
  if (!found) throw damaged(reading, commit);
  const message = `${path} of ${commit} has ${found.tooLarge} bytes; at most ${maxBytes} are read. ${adviceFor('file-too-large')}`;
  throw new SourceError('file-too-large', message, { repository: reading.repository, commit });
}

/** The object id of a file, null where there is no regular file of that path. */
export async function fileIdAt(
  reading: MirrorReading,
  commit: CommitSha,
  path: string,
): Promise<string | null> {
  const entry = await findEntry(reading, commit, path);
  return entry?.kind === 'file' ? entry.id : null;
}

async function findEntry(reading: MirrorReading, commit: CommitSha, path: string): Promise<TreeEntry | null> {
  const root = await readCommit(reading, commit);
  const tree = /^tree ([0-9a-f]+)/.exec(root?.bytes.toString('latin1', 0, 80) ?? '')?.[1];
  if (!tree) {
    const message = `commit ${commit} is not in the mirror of ${reading.repository}. ${adviceFor('not-mirrored')}`;
    throw new SourceError('not-mirrored', message, { repository: reading.repository, commit });
  }
  let entry: TreeEntry | null = { kind: 'directory', id: tree };
  for (const name of path.split('/')) {
    if (entry.kind !== 'directory')
      throw refused(reading, commit, `${path} leads through a ${entry.kind}, not a directory`);
    entry = findInTree(await readTree(reading, commit, entry.id), name, commit.length / 2);
    if (!entry) return null;
  }
  return entry;
}

async function readTree(reading: MirrorReading, commit: CommitSha, id: string): Promise<Buffer> {
  const tree = await reading.readers.read(reading.directory, id, limits.gitTreeBytes);
  if (!tree) throw damaged(reading, commit);
  if ('bytes' in tree) return tree.bytes;
  const message = `a directory of ${commit} has ${tree.tooLarge} bytes of names; at most ${limits.gitTreeBytes} are read`;
  throw new SourceError('file-too-large', message, { repository: reading.repository, commit });
}

const refused = ({ repository }: MirrorReading, commit: CommitSha, what: string) =>
  new SourceError('not-a-file', `${what}, in ${commit}. ${adviceFor('not-a-file')}`, { repository, commit });

const damaged = ({ repository }: MirrorReading, commit: CommitSha) =>
  new SourceError('source-damaged', `the mirror of ${repository} has lost objects of ${commit}`, {
    repository,
    commit,
  });
