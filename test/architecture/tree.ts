import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { glob } from 'tinyglobby';
import type { SourceFile } from './read-module.ts';

const checkout = path.resolve(import.meta.dirname, '../..');

/** Every source file of the house, with `/` in its path, in order. Built files and what others wrote are left out. */
export async function readTree(): Promise<SourceFile[]> {
  const paths = await glob(['{shared,agent,images,coordinator,test,docs}/**/*.{ts,tsx,mts,mjs,js}', '*.ts'], {
    cwd: checkout,
    ignore: ['**/node_modules/**', '**/dist/**', 'test/programs/**'],
    dot: true,
  });
  const read = async (name: string) => ({
    path: name,
    text: await readFile(path.join(checkout, name), 'utf8'),
  });
  return Promise.all(paths.sort().map(read));
}
