import { realpath as resolveLinks, stat as statOf } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type GlobOptions, glob } from 'tinyglobby';
import { limits } from '#shared/limits.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { UploadFailed } from '../errors.ts';

/** A file to hand over. `path` is its name in the checkout, with `/`; `file` is where its bytes are on this computer. */
export type FoundArtifact = {
  path: string;
  file: string;
  bytes: number;
  /** Of a file that is elsewhere, whose `bytes` are known only then: brings it to `file`. Throws `UploadFailed`. */
  bring?(signal: AbortSignal): Promise<{ bytes: number; release(): Promise<void> }>;
};

/** The files that patterns are matched against. */
export type Tree = {
  /** How the library reads it; links must look like files. */
  fs: NonNullable<GlobOptions['fs']>;
  /** Rejects when the path leads nowhere. */
  realpath(path: string): Promise<string>;
  stat(path: string): Promise<{ isFile(): boolean; size: number }>;
};

/**
 * The files that the patterns name, sorted by path, each once. A pattern that starts with `!` takes files away again, a
 * directory means everything in it, a link to a file that file; links to directories are not followed. Throws a permanent
 * `UploadFailed` when a pattern matches no file, a link leads out of the workspace or nowhere, or a bound is passed.
 */
export async function findArtifacts(
  workspace: string,
  patterns: readonly string[],
  signal: AbortSignal,
  tree: Tree = onThisComputer,
  most: number = limits.artifactsPerJob,
): Promise<FoundArtifact[]> {
  const root = await tree.realpath(workspace);
  const ignore = patterns.filter(isExclusion).map(pattern => pattern.slice(1));
  const found = new Map<string, FoundArtifact>();
  for (const pattern of patterns.filter(pattern => !isExclusion(pattern))) {
    const matches = await glob(pattern, { cwd: workspace, ignore, fs: tree.fs, signal });
    const files = (await Promise.all(matches.map(match => inspect(tree, root, match)))).flat();
    if (files.length === 0) throw refused(`${pattern} matches no file`);
    for (const file of files) found.set(file.path, file);
  }
  if (found.size > most)
    throw refused(`${found.size} files match, at most ${most} are kept; pack them into one`);
  return [...found.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

const isExclusion = (pattern: string): boolean => pattern.startsWith('!');

type LinkReader = Required<NonNullable<GlobOptions['fs']>>;

/** The library leaves links out or follows them, out of the checkout too: here every link is looked at as a file. */
const linksAreFiles = {
  realpath: ((path: string, done: (error: null, path: string) => void) =>
    done(null, path)) as LinkReader['realpath'],
  stat: ((_path: string, done: (error: null, entry: { isDirectory(): boolean }) => void) =>
    done(null, { isDirectory: () => false })) as LinkReader['stat'],
};

const onThisComputer: Tree = {
  fs: linksAreFiles,
  realpath: path => resolveLinks(path),
  stat: path => statOf(path),
};

/** One file, or none for a link to what is no file. */
async function inspect(tree: Tree, root: string, match: string): Promise<FoundArtifact[]> {
  const path = match.split(sep).join('/');
  if (/\p{Cc}/u.test(path) || path.length > 1_024)
    throw refused(`${JSON.stringify(path.slice(0, 100))} is not a name that can be kept`);
  const file = await tree.realpath(join(root, match)).catch(cause => {
    throw refused(`${path} is a link that leads nowhere`, cause);
  });
  if (!file.startsWith(root + sep)) throw refused(`${path} is a link that leads out of the checkout`);
  const entry = await tree.stat(file);
  if (!entry.isFile()) return [];
  if (entry.size > limits.artifactBytes)
    throw refused(
      `${path} has ${bytesText(entry.size)}, at most ${bytesText(limits.artifactBytes)} are kept`,
    );
  return [{ path, file, bytes: entry.size }];
}

const refused = (message: string, cause?: unknown) =>
  new UploadFailed(`artifacts: ${message}`, { cure: 'nothing', cause });
