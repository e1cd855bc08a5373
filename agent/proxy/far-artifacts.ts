/** The files that patterns name, on a computer that runs no agent: listed there, matched here, read when it is their turn. */
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { limits } from '#shared/limits.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { UploadFailed } from '../guest/errors.ts';
import { type FoundArtifact, findArtifacts, type Tree } from '../guest/uploads/find-artifacts.ts';
import type { Workplace } from '../guest/workplace.ts';
import { messageOf, SshFailed } from '../ssh/errors.ts';
import type { FarShell } from '../ssh/far-shell.ts';
import { quote } from '../ssh/quote.ts';

type Kind = 'd' | 'f' | 'l';

/** Throws as `findArtifacts` does. A file whose name has a line end in it is not seen. */
export async function findFarArtifacts(
  shell: FarShell,
  place: Workplace,
  patterns: readonly string[],
  signal: AbortSignal,
  most?: number,
): Promise<FoundArtifact[]> {
  const { workspace, root } = place;
  const kinds = await list(shell, workspace, signal);
  const found = await findArtifacts(
    workspace,
    patterns,
    signal,
    treeOf(shell, workspace, kinds, signal),
    most,
  );
  return found.map(({ path, file: there }, index) => {
    const file = join(root, `artifact-${index}`);
    return {
      ...{ path, file, bytes: 0 },
      bring: async until => ({
        bytes: await bring(shell, { path, there, file }, until),
        release: () => rm(file, { force: true }),
      }),
    };
  });
}

/** What is below the workspace, by path; the workspace itself is one of them. */
async function list(shell: FarShell, workspace: string, signal: AbortSignal): Promise<Map<string, Kind>> {
  const noLineEnds = "-name '*\n*' -prune -o";
  const find = (kind: Kind) => `find . ${noLineEnds} -type ${kind} -print | sed 's/^/${kind} /'`;
  const program = `cd ${quote(workspace)} || exit 1\n${(['d', 'f', 'l'] as const).map(find).join('\n')}`;
  const { exitCode, output, complaint } = await asUpload(shell.run(program, signal));
  if (exitCode !== 0)
    throw failed(`the files of the checkout cannot be listed on ${shell.name}: ${complaint}`);
  return new Map(
    output
      .split('\n')
      .filter(Boolean)
      .map(line => [resolve(workspace, line.slice(2)), line[0] as Kind]),
  );
}

/** The tree as the library reads it, from the list; only where a link leads is asked for there. */
function treeOf(
  shell: FarShell,
  workspace: string,
  kinds: ReadonlyMap<string, Kind>,
  signal: AbortSignal,
): Tree {
  const inside = new Map<string, string[]>();
  for (const path of kinds.keys())
    if (path !== workspace) {
      const parent = resolve(path, '..');
      const siblings = inside.get(parent);
      if (siblings) siblings.push(path);
      else inside.set(parent, [path]);
    }
  const readdir = (
    path: unknown,
    _options: unknown,
    done: (error: Error | null, entries?: unknown[]) => void,
  ) => {
    const directory = resolve(String(path));
    if (kinds.get(directory) !== 'd') return done(new Error('ENOENT'));
    done(
      null,
      (inside.get(directory) ?? []).map(entry => entryOf(relative(directory, entry), kinds.get(entry))),
    );
  };
  const fs = {
    readdir,
    realpath: (path: string, done: (error: null, path: string) => void) => done(null, path),
    stat: (_path: string, done: (error: null, entry: { isDirectory(): boolean }) => void) =>
      done(null, { isDirectory: () => false }),
  };
  return {
    // One cast: the library types the whole of Node's functions, and calls them in this one way.
    fs: fs as unknown as Tree['fs'],
    async realpath(path) {
      if (path === workspace) return workspace;
      if (kinds.get(path) !== 'l') return path;
      return resolveLink(shell, path, signal);
    },
    stat: async path => ({ isFile: () => kinds.get(path) === 'f', size: 0 }),
  };
}

const entryOf = (name: string, kind: Kind | undefined) => ({
  name,
  isFile: () => kind === 'f',
  isDirectory: () => kind === 'd',
  isSymbolicLink: () => kind === 'l',
});

/** Through every link on the way. Rejects when it leads nowhere. */
async function resolveLink(shell: FarShell, path: string, signal: AbortSignal): Promise<string> {
  const program = `
path=${quote(path)} hops=0
while [ -L "$path" ]; do
  hops=$((hops + 1))
  [ $hops -gt 40 ] && exit 1
  to=$(readlink "$path") || exit 1
  case $to in /*) path=$to;; *) path=$(dirname "$path")/$to;; esac
done
[ -e "$path" ] || exit 1
if [ -d "$path" ]; then cd -P "$path" && pwd -P
else directory=$(cd -P "$(dirname "$path")" && pwd -P) && echo "\${directory%/}/$(basename "$path")"; fi`;
  const { exitCode, output } = await asUpload(shell.run(program, signal));
  if (exitCode !== 0) throw new Error(`${path} leads nowhere`);
  return output.replace(/\n$/, '').split('/').join(sep);
}

type Bringing = { path: string; there: string; file: string };

/** Answers how many bytes it has. */
async function bring(shell: FarShell, { path, there, file }: Bringing, signal: AbortSignal): Promise<number> {
  const into = createWriteStream(file, { mode: 0o600 });
  const written = Promise.withResolvers<void>();
  into.once('error', written.reject);
  into.once('finish', written.resolve);
  let bytes = 0;
  const onOutput = (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes <= limits.artifactBytes) into.write(chunk);
  };
  try {
    const far = await asUpload(shell.start(`exec cat < ${quote(there)}`, { onOutput }, signal));
    const [exit, { lost }] = await Promise.all([far.exited, far.closed]);
    if (exit.lost ?? lost) throw failed(`${path} could not be read: ${shell.name}: ${exit.lost ?? lost}`);
    if (exit.exitCode !== 0) throw failed(`${path} cannot be read on ${shell.name}: ${far.complaint()}`);
  } finally {
    into.end();
    await written.promise;
  }
  signal.throwIfAborted();
  if (bytes <= limits.artifactBytes) return bytes;
  throw new UploadFailed(
    `artifacts: ${path} has ${bytesText(bytes)}, at most ${bytesText(limits.artifactBytes)} are kept`,
    { cure: 'nothing' },
  );
}

const failed = (message: string) => new UploadFailed(`artifacts: ${message}`, { cure: 'elsewhere' });

async function asUpload<Value>(promise: Promise<Value>): Promise<Value> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof SshFailed) throw failed(messageOf(error));
    throw error;
  }
}
