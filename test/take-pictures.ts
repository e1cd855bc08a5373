/** `npm run pictures [-- pages | pool | check | history]`: makes the pictures of the guides anew, from the system as it is. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { prepare } from '#coordinator/setup/prepare.ts';
import { takeCheck } from './pictures/check.ts';
import { takeHistory } from './pictures/history.ts';
import { takePages } from './pictures/pages.ts';
import { drawPool } from './pictures/pool.ts';

const pictures = { pages: takePages, pool: drawPool, check: takeCheck, history: takeHistory };
const folder = path.resolve(import.meta.dirname, '../docs/pictures');
const wanted = process.argv.slice(2);
const unknown = wanted.find(name => !Object.hasOwn(pictures, name));

if (unknown !== undefined) {
  console.error(`There is no picture called ${unknown}; there are ${Object.keys(pictures).join(' and ')}.`);
  process.exitCode = 2;
} else {
  await prepare('test');
  await mkdir(folder, { recursive: true });
  for (const [name, take] of Object.entries(pictures))
    if (wanted.length === 0 || wanted.includes(name)) await take(folder);
}
