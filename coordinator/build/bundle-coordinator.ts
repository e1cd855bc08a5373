/**
 * The coordinator and its command line as a bundle: without the compiler that erases types, and with a few files instead
 * of a thousand, it starts in half the time and needs two thirds of the memory. Not minified: what a stack trace names
 * is what the sources name, and `node --enable-source-maps` leads to their lines.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BuildOptions } from 'esbuild';
import { checkout } from '../checkout.ts';
import { SetupError } from '../setup/errors.ts';
import { freshInputs, recordFolder, recordInputs, replaceFile } from './build-record.ts';

export type CoordinatorBundle = {
  /** Whether this call built it. */
  isNew: boolean;
  milliseconds: number;
};

const output = 'dist/coordinator';
const builder = 'coordinator/build/bundle-coordinator.ts';

/** A verb's code stays a file of its own, loaded when it is called; what only builds is not in the bundle. */
const options = {
  entryPoints: {
    main: 'coordinator/cli/main.ts',
    'search-worker': 'coordinator/logs/search-worker.ts',
    'report-worker': 'coordinator/reports/read-worker.ts',
  },
  outdir: output,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunk-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: 'linked',
  external: ['esbuild', 'vite', '@vitejs/plugin-react', 'pg-native'],
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
} satisfies BuildOptions;
const built = { output, seed: JSON.stringify(options) };

/** Built where it is stale. Harmless to call twice at once, also in other processes. Rejects with a `SetupError`. */
export async function bundleCoordinator(root = checkout): Promise<CoordinatorBundle> {
  const started = performance.now();
  const isNew = !(await stampWhenFresh(root));
  if (isNew) {
    await build(root);
    await stampWhenFresh(root);
  }
  return { isNew, milliseconds: Math.round(performance.now() - started) };
}

/**
 * `paddock.mjs` compares these stamps at every start, because digests would take longer than the start itself. They are
 * read before the digests: what is written in between has another stamp.
 */
async function stampWhenFresh(root: string): Promise<boolean> {
  const known = await freshInputs(root, built);
  if (known === null) return false;
  const stamps = await Promise.all(known.map(async name => [name, await stampOf(path.join(root, name))]));
  if ((await freshInputs(root, built)) === null) return false;
  await replaceFile(path.join(root, `${output}-stamps.json`), JSON.stringify(Object.fromEntries(stamps)));
  return true;
}

async function stampOf(file: string): Promise<string> {
  const { mtimeMs, size } = await stat(file);
  return `${mtimeMs} ${size}`;
}

async function build(root: string): Promise<void> {
  const startedAt = Date.now();
  const { files, modules } = await compile(root);
  const inputs = [...modules.filter(isOwn), 'package-lock.json', 'package.json', builder].sort();
  const inputsSha256 = await recordInputs(root, built.seed, inputs, startedAt);
  await place(root, files);
  await recordFolder(root, built, files, { inputsSha256, inputs });
}

/** Packages are what the lock file says. */
const isOwn = (name: string): boolean =>
  /^(?:coordinator|shared|images|docs)\//.test(name) && name !== builder;

async function compile(root: string): Promise<{ files: Map<string, Uint8Array>; modules: string[] }> {
  try {
    // Loaded only to build: where bundles come ready-made there is no esbuild.
    const esbuild = await import('esbuild');
    const silent = { absWorkingDir: root, logLevel: 'silent', write: false, metafile: true } as const;
    const { outputFiles, metafile, warnings } = await esbuild.build({ ...options, ...silent });
    const [warning] = await esbuild.formatMessages(warnings, { kind: 'warning' });
    if (warning) throw new Error(warning);
    const nameOf = (file: string) => path.relative(path.join(root, output), file);
    const files = new Map(outputFiles.map(file => [nameOf(file.path), file.contents]));
    return { files, modules: Object.keys(metafile.inputs) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SetupError('bundle-failed', `Cannot bundle the coordinator: ${reason}`, { cause });
  }
}

/** A coordinator that runs may load one more of its files, so they stay for a day; the entry, which names them, comes last. */
async function place(root: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const folder = path.join(root, output);
  for (const [name, data] of [...files].reverse()) await replaceFile(path.join(folder, name), data);
  const dayAgo = Date.now() - 24 * 3_600_000;
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if (!files.has(name) && (await stat(file)).mtimeMs < dayAgo) await rm(file, { force: true });
  }
}

if (import.meta.main) await bundleCoordinator(process.argv[2]);
