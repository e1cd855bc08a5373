import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { glob } from 'tinyglobby';
import { bytesText } from '#shared/duration.ts';
import { limits } from '#shared/limits.ts';
import { UploadFailed } from '../errors.ts';

/** A file to hand over. `path` is its name in the checkout, with `/`; `file` is where its bytes really are. */
export type FoundArtifact = { path: string; file: string; bytes: number };

/**
 * The files that the patterns name, sorted by path, each once. A pattern that starts with `!` takes files away again, a
 * directory means everything in it. Throws a permanent `UploadFailed` when a pattern matches no file, when a file lies
 * outside the workspace (a symbolic link), or when a bound is passed.
 */
export async function findArtifacts(
  workspace: string,
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<FoundArtifact[]> {
  const ignore = patterns.filter(isExclusion).map(pattern => pattern.slice(1));
  const paths = new Set<string>();
  for (const pattern of patterns.filter(pattern => !isExclusion(pattern))) {
    const matches = await glob(pattern, { cwd: workspace, ignore, followSymbolicLinks: false, signal });
    if (matches.length === 0) throw refused(`${pattern} matches no file`);
    for (const match of matches) paths.add(match.split(sep).join('/'));
  }
  if (paths.size > limits.artifactsPerJob)
    throw refused(
      `${paths.size} files match, at most ${limits.artifactsPerJob} are kept; pack them into one`,
    );
  const root = await realpath(workspace);
  return Promise.all([...paths].sort().map(path => inspect(root, path)));
}

const isExclusion = (pattern: string): boolean => pattern.startsWith('!');

async function inspect(root: string, path: string): Promise<FoundArtifact> {
  if (/\p{Cc}/u.test(path) || path.length > 1_024)
    throw refused(`${JSON.stringify(path.slice(0, 100))} is not a name that can be kept`);
  const file = await realpath(join(root, path)).catch(cause => {
    throw refused(`${path} leads nowhere`, cause);
  });
  if (!file.startsWith(root + sep)) throw refused(`${path} is a link that leads out of the checkout`);
  const { size: bytes } = await stat(file);
  if (bytes > limits.artifactBytes)
    throw refused(`${path} has ${bytesText(bytes)}, at most ${bytesText(limits.artifactBytes)} are kept`);
  return { path, file, bytes };
}

const refused = (message: string, cause?: unknown) =>
  new UploadFailed(`artifacts: ${message}`, { cure: 'nothing', cause });
