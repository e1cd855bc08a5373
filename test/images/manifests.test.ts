import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '#coordinator/config.ts';

const root = path.resolve(import.meta.dirname, '../..');
const entries = await readdir(path.join(root, 'images'), { withFileTypes: true });
const names = entries.filter(entry => entry.isDirectory()).map(({ name }) => name);

test.each(names)('images/%s is what a configuration may name, and explains itself', async name => {
  const { images } = await parseConfig({
    file: null,
    text: `images: [images/${name}]`,
    directory: root,
    env: {},
  });
  expect(images.map(image => image.name)).toEqual([name]);
  await access(path.join(root, 'images', name, 'README.md'));
});
