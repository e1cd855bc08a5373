/** What the pages are made of: three files of their own, and the product's colours, letters and mark. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { checkout } from '../../checkout.ts';

export type Asset = { type: string; bytes: Buffer };

const own = (name: string) => path.join(checkout, 'coordinator/demo/pages', name);
const product = (name: string) => path.join(checkout, 'coordinator/web', name);
const letters = (family: string) =>
  createRequire(import.meta.url).resolve(
    `@fontsource-variable/${family}/files/${family}-latin-wght-normal.woff2`,
  );

const files: Record<string, () => string> = {
  'pull.css': () => own('pull.css'),
  'pull.js': () => own('pull.js'),
  'tokens.css': () => product('theme/tokens.css'),
  'problem.css': () => product('public/assets/problem.css'),
  'theme.js': () => product('public/assets/theme.js'),
  'mark-idle.svg': () => product('public/assets/mark-idle.svg'),
  'mark-running.svg': () => product('public/assets/mark-running.svg'),
  'mark-passed.svg': () => product('public/assets/mark-passed.svg'),
  'mark-failed.svg': () => product('public/assets/mark-failed.svg'),
  'inter.woff2': () => letters('inter'),
  'jetbrains-mono.woff2': () => letters('jetbrains-mono'),
};

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export async function readAssets(): Promise<ReadonlyMap<string, Asset>> {
  const read = async ([name, find]: [string, () => string]): Promise<[string, Asset]> => {
    const type = types[path.extname(name)] ?? 'application/octet-stream';
    return [name, { type, bytes: await readFile(find()) }];
  };
  return new Map(await Promise.all(Object.entries(files).map(read)));
}

export const readPullPage = (): Promise<Buffer> => readFile(own('pull.html'));
