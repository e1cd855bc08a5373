import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readYaml } from '#coordinator/yaml/yaml.ts';
import { imageManifest } from '#shared/image-manifest.ts';

const root = path.resolve(import.meta.dirname, '../..');
const entries = await readdir(path.join(root, 'images'), { withFileTypes: true });
const names = entries.filter(entry => entry.isDirectory()).map(({ name }) => name);

test.each(names)('images/%s is an image of that name, and explains itself', async name => {
  const folder = path.join(root, 'images', name);
  const file = path.join(folder, 'image.yaml');
  expect(readYaml(imageManifest, await readFile(file), file)).toMatchObject({ ok: { name } });
  await access(path.join(folder, 'README.md'));
});
