/**
 * The web app, built by Vite into `dist/web` where it is stale. Assets carry a digest in their names, so a page that was
 * opened before a build keeps what it has; `index.html` is replaced last.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { HtmlTagDescriptor, IndexHtmlTransformContext, InlineConfig, Rolldown } from 'vite';
import { checkout } from '../checkout.ts';
import { SetupError } from '../setup/errors.ts';
import { freshInputs, recordFolder, recordInputs, replaceFile } from './build-record.ts';

export type WebBundle = {
  /** Absolute; `index.html` and `assets/`. */
  folder: string;
  /** Whether this call built it. */
  isNew: boolean;
  milliseconds: number;
};

const output = 'dist/web';

/**
 * Builds in a process of its own: Vite changes the environment that it runs in. Harmless to call twice at once, also in
 * other processes. Rejects with a `SetupError` when it cannot be built.
 */
export async function bundleWeb(root = checkout): Promise<WebBundle> {
  const started = performance.now();
  const isNew = (await freshInputs(root, built)) === null;
  if (isNew) await buildApart(root);
  const milliseconds = Math.round(performance.now() - started);
  return { folder: path.join(root, output), isNew, milliseconds };
}

const builder = path.join(checkout, 'coordinator/build/bundle-web.ts');

async function buildApart(root: string): Promise<void> {
  try {
    // Libraries look at it, and it may be that of a test.
    const env = { ...process.env, NODE_ENV: 'production' };
    await promisify(execFile)(process.execPath, [builder, root], { cwd: root, env });
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
    throw new SetupError('bundle-failed', `Cannot build the web app: ${said || String(cause)}`, { cause });
  }
}

/** What a Vite configuration file would hold, were there one; loaded only to build. */
const options = {
  source: 'coordinator/web',
  target: 'es2022',
  names: 'assets/[name].[hash]',
  nonce: '%nonce%',
} as const;
const built = { output, seed: JSON.stringify(options) };

async function configure(root: string, noteInputs: (ids: Iterable<string>) => void): Promise<InlineConfig> {
  const { default: react } = await import('@vitejs/plugin-react');
  const { source, target, names, nonce } = options;
  return {
    configFile: false,
    root: path.join(root, source),
    logLevel: 'error',
    html: { cspNonce: nonce },
    plugins: [
      react(),
      {
        name: 'note-inputs',
        generateBundle() {
          noteInputs(this.getModuleIds());
        },
      },
      { name: 'preload-letters', transformIndexHtml: { order: 'post', handler: preloadLetters } },
    ],
    build: {
      write: false,
      target,
      assetsInlineLimit: 0,
      rolldownOptions: {
        output: {
          entryFileNames: `${names}.js`,
          chunkFileNames: `${names}.js`,
          assetFileNames: `${names}[extname]`,
        },
      },
    },
  };
}

/** The letters that every page begins with come with it: they do not change under the reader's eyes. */
function preloadLetters(_: string, { bundle = {} }: IndexHtmlTransformContext): HtmlTagDescriptor[] {
  const letters = Object.keys(bundle).filter(name =>
    /\b(?:inter|jetbrains-mono)-latin-wght-normal\./.test(name),
  );
  return letters.map(name => ({
    tag: 'link',
    attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${name}`, crossorigin: true },
    injectTo: 'head-prepend',
  }));
}

async function build(root: string): Promise<void> {
  const startedAt = Date.now();
  const vite = await import('vite');
  let modules: string[] = [];
  const result = await vite.build(
    await configure(root, ids => {
      modules = [...ids];
    }),
  );
  const files = new Map([...filesOf(result), ...(await publicFiles(root)), preloadsOf(result)]);
  const inputs = await inputsOf(root, modules);
  const inputsSha256 = await recordInputs(root, built.seed, inputs, startedAt);
  await place(root, files);
  await recordFolder(root, built, files, { inputsSha256, inputs });
}

type Built = Awaited<ReturnType<typeof import('vite')['build']>>;
type Files = [name: string, data: Uint8Array | string][];

function outputOf(built: Built) {
  const [result] = Array.isArray(built) ? built : [built];
  if (!result || !('output' in result)) throw new Error('Vite gave no output');
  return result.output;
}

const filesOf = (built: Built): Files =>
  outputOf(built).map(file => [file.fileName, file.type === 'chunk' ? file.code : file.source]);

/** What each page needs besides what all need, so that it is on its way before the first script says so. */
function preloadsOf(built: Built): Files[number] {
  const chunks = outputOf(built).flatMap(file => (file.type === 'chunk' ? [file] : []));
  const byName = new Map(chunks.map(chunk => [chunk.fileName, chunk]));
  const needs = (chunk: Rolldown.OutputChunk): string[] => [
    chunk.fileName,
    ...(chunk.viteMetadata?.importedCss ?? []),
    ...chunk.imports.flatMap(name => {
      const imported = byName.get(name);
      return imported && !imported.isEntry ? needs(imported) : [];
    }),
  ];
  const pages = chunks.filter(({ facadeModuleId }) => facadeModuleId?.includes('/routes/'));
  const preloads = pages.map(chunk => [chunk.name, [...new Set(needs(chunk))]]);
  return ['preloads.json', JSON.stringify(Object.fromEntries(preloads))];
}

const publicFolder = path.join(options.source, 'public');

/** Served under the names they have: what is there before any script. */
async function publicFiles(root: string): Promise<Files> {
  const folder = path.join(root, publicFolder, 'assets');
  const names = await readdir(folder);
  return Promise.all(names.map(async name => [`assets/${name}`, await readFile(path.join(folder, name))]));
}

/** Our own modules; packages are what the lock file says. */
async function inputsOf(root: string, modules: readonly string[]): Promise<string[]> {
  const own = modules
    .map(id => path.relative(root, id.replace(/\?.*$/, '')))
    .filter(name => /^(?:coordinator\/web|shared)\//.test(name));
  const files = (await publicFiles(root)).map(([name]) => path.join(publicFolder, name));
  return [...new Set([...own, ...files, 'package-lock.json', 'coordinator/build/bundle-web.ts'])].sort();
}

/** Assets first, then the page that names them; what no build names any more goes. */
async function place(root: string, files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  const folder = path.join(root, output);
  for (const [name, data] of files)
    if (name !== 'index.html') await replaceFile(path.join(folder, name), data);
  const page = files.get('index.html');
  if (page === undefined) throw new Error('Vite gave no index.html');
  await replaceFile(path.join(folder, 'index.html'), page);
  for (const name of await readdir(path.join(folder, 'assets')))
    if (!files.has(`assets/${name}`)) await rm(path.join(folder, 'assets', name), { force: true });
}

if (import.meta.main) await build(process.argv[2] ?? checkout);
