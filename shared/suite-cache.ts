/**
 * Caches of a suite: a directory that a job finds as an earlier one has left it. A cache is a help and never an input: a
 * job must pass without it. Which one a job gets is the coordinator's to say, from the commit's own files.
 */
import * as z from 'zod';
import { slug } from './ids.ts';
import { limits } from './limits.ts';

const inside = (path: string): boolean =>
  path !== '' && !path.startsWith('/') && !/^[A-Za-z]:/.test(path) && !path.includes('\\') && !hasDots(path);

const hasDots = (path: string): boolean => path.split('/').some(part => ['', '.', '..'].includes(part));

/** `~/…` is in the home of the steps, anything else in the checkout; `/` separates on every system. */
const cachePath = z
  .string()
  .max(limits.cachePathChars)
  .transform(path => path.replace(/(?<!\/)\/+$/, ''))
  .refine(
    path => inside(path.replace(/^~\//, '')) && path !== '~',
    'expected a directory inside the checkout, or one inside the home directory as in ~/.npm',
  )
  .meta({ title: 'directory' });

const keyFile = z
  .string()
  .max(limits.cachePathChars)
  .refine(inside, 'expected the path of a file inside the checkout')
  .meta({ title: 'file' });

/** One entry of `caches` in a suite file. */
export const suiteCache = z.strictObject({
  prefix: slug.describe('its name; without an exact one, the newest cache of this name is taken'),
  files: z
    .array(keyFile)
    .min(1)
    .max(limits.cacheFiles)
    .describe('files of the commit; a cache is exact while their contents stay the same'),
  path: cachePath.describe('the directory that is kept: in the checkout, or `~/…` in the home directory'),
});

export const suiteCaches = z
  .array(suiteCache)
  .min(1)
  .max(limits.cachesPerSuite)
  .refine(
    caches => new Set(caches.map(({ prefix }) => prefix)).size === caches.length,
    'two caches have the same prefix',
  );
