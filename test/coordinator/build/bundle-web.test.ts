import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleWeb } from '#coordinator/build/bundle-web.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'paddock-web-'));
  await symlink(path.resolve(import.meta.dirname, '../../../node_modules'), path.join(root, 'node_modules'));
  for (const folder of ['coordinator/web/public/assets', 'shared'])
    await mkdir(path.join(root, folder), { recursive: true });
  await write('package.json', '{ "type": "module", "imports": { "#shared/*": "./shared/*" } }');
  await write(
    'coordinator/web/index.html',
    '<html><head></head><body><script type="module" src="./main.tsx"></script></body></html>',
  );
  await write(
    'coordinator/web/main.tsx',
    "import { word } from '#shared/word.ts'; document.title = word satisfies string;",
  );
  await write('coordinator/web/public/assets/mark.svg', '<svg/>');
  await write('shared/word.ts', "export const word = 'first';");
});
afterEach(() => rm(root, { recursive: true }));

/** Written an hour ago: a file changed in the moment of the build is built again. */
async function write(name: string, text: string): Promise<void> {
  const file = path.join(root, name);
  await writeFile(file, text);
  const then = Date.now() / 1_000 - 3_600;
  await utimes(file, then, then);
}

const script = async (folder: string): Promise<string> => {
  const page = await readFile(path.join(folder, 'index.html'), 'utf8');
  const [, name = ''] = /src="\/(assets\/index\.[\w-]{8}\.js)"/.exec(page) ?? [];
  return readFile(path.join(folder, name), 'utf8');
};

test('the web app is a page, its assets under their digests, and what is public under its name', async () => {
  const { folder, isNew } = await bundleWeb(root);
  expect(isNew).toBe(true);
  expect(await script(folder)).toContain('first');
  expect(await readFile(path.join(folder, 'assets/mark.svg'), 'utf8')).toBe('<svg/>');
  expect(await bundleWeb(root)).toMatchObject({ isNew: false });
});

test('a change of the contract, of a public file or of what is locked is built in; what nobody names any more goes', async () => {
  const { folder } = await bundleWeb(root);
  await write('shared/word.ts', "export const word = 'second';");
  expect(await bundleWeb(root)).toMatchObject({ isNew: true });
  expect(await script(folder)).toContain('second');
  expect((await readdir(path.join(folder, 'assets'))).filter(name => name.endsWith('.js'))).toHaveLength(1);
  for (const name of ['coordinator/web/public/assets/mark.svg', 'package-lock.json']) {
    await write(name, '<svg> </svg>');
    expect([name, await bundleWeb(root)]).toMatchObject([name, { isNew: true }]);
  }
  expect(await bundleWeb(root)).toMatchObject({ isNew: false });
});

test('what was damaged or removed is built again', async () => {
  const { folder } = await bundleWeb(root);
  await writeFile(path.join(folder, 'assets/mark.svg'), 'cut off');
  expect(await bundleWeb(root)).toMatchObject({ isNew: true });
  await rm(path.join(folder, 'index.html'));
  expect(await bundleWeb(root)).toMatchObject({ isNew: true });
});

test('what does not build says where', async () => {
  await write('coordinator/web/main.tsx', 'const = 1;');
  await expect(bundleWeb(root)).rejects.toMatchObject({
    code: 'bundle-failed',
    message: expect.stringMatching(/^Cannot build the web app: [\s\S]*main\.tsx/),
  });
});
