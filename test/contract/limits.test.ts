import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { limits } from '#shared/limits.ts';

const folder = path.resolve(import.meta.dirname, '../../shared/limits');

test('every bound has a name of its own: none of one story hides that of another, and no story is left out', async () => {
  const names: string[] = [];
  for (const file of await readdir(folder)) {
    if (file === 'units.ts') continue;
    const stories: Record<string, object> = await import(path.join(folder, file));
    for (const story of Object.values(stories)) names.push(...Object.keys(story));
  }
  expect(names.sort()).toEqual(Object.keys(limits).sort());
});
