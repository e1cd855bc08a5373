/** The built web app in memory: its page, which is another one for every reader, and its assets, which are the same for all. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import * as z from 'zod';
import { type Html, html } from './pages/html.ts';

export type WebAsset = {
  type: string;
  bytes: Buffer;
  /** The same, compressed; null where that gains nothing. */
  gzipped: Buffer | null;
  etag: string;
  /** Its name has its digest in it: under this name there will never be anything else. */
  isImmutable: boolean;
};

export type WebPage = {
  /** Which of the app's pages: what it needs comes with it. */
  name: string;
  /** Permission for the style elements of this one page. */
  nonce: string;
  title: string;
  summary: string;
  /** Addresses of the API that are asked while the scripts are still on their way. */
  data: readonly string[];
  /** What is to be read where no script runs. */
  withoutScript: Html;
};

export type WebApp = {
  /** Of the whole app: a tab that has another one is older or newer. */
  digest: string;
  page(facts: WebPage): string;
  asset(name: string): WebAsset | null;
};

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** @param folder what `bundle-web.ts` made: `index.html`, `preloads.json` and `assets/`. */
export async function loadWebApp(folder: string): Promise<WebApp> {
  const template = await readFile(path.join(folder, 'index.html'), 'utf8');
  const names = await readdir(path.join(folder, 'assets'));
  const assets = new Map<string, WebAsset>();
  for (const name of names) assets.set(name, await loadAsset(path.join(folder, 'assets', name)));
  const preloads = preloadsSchema.parse(
    JSON.parse(await readFile(path.join(folder, 'preloads.json'), 'utf8')),
  );
  const digest = digestOf(Buffer.from(template));
  return {
    digest,
    asset: name => assets.get(name) ?? null,
    page: ({ name, nonce, title, summary, data, withoutScript }) =>
      template
        .replaceAll('%nonce%', nonce)
        .replace('%digest%', digest)
        .replace(
          /<title>.*?<\/title>/,
          () =>
            html`<title>${title} · Paddock</title>\n    <meta name="description" content="${summary}">`.html,
        )
        .replace(
          '</head>',
          () => `${html`${[...data.map(askAhead), ...(preloads[name] ?? []).map(linkTo)]}`.html}</head>`,
        )
        .replace('<!--without-script-->', () => withoutScript.html),
  };
}

const preloadsSchema = z.record(z.string(), z.array(z.string()));

const askAhead = (path: string): Html => html`<link rel="preload" as="fetch" crossorigin href="${path}">`;

const linkTo = (name: string): Html =>
  name.endsWith('.css')
    ? html`<link rel="stylesheet" crossorigin href="/${name}">`
    : html`<link rel="modulepreload" crossorigin href="/${name}">`;

const digestOf = (bytes: Buffer): string =>
  createHash('sha256').update(bytes).digest('base64url').slice(0, 20);

async function loadAsset(file: string): Promise<WebAsset> {
  const bytes = await readFile(file);
  const gzipped = file.endsWith('.woff2') ? null : await promisify(gzip)(bytes, { level: 9 });
  return {
    type: types[path.extname(file)] ?? 'application/octet-stream',
    bytes,
    gzipped,
    etag: `"${digestOf(bytes)}"`,
    isImmutable: /\.[\w-]{8}\.\w+$/.test(file),
  };
}
