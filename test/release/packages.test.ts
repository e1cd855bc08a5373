import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { glob } from 'tinyglobby';
import { expect, test } from 'vitest';
import { billOfMaterials } from '#release/bill-of-materials.ts';
import { type Lock, readLock } from '#release/locked-packages.ts';
import { reviewPackages } from '#release/review-packages.ts';
import { builtIntoPages, shippedPackages } from '#release/shipped.ts';
import { readModule } from '#test/architecture/read-module.ts';

const root = path.resolve(import.meta.dirname, '../..');
const text = (name: string) => readFile(path.join(root, name), 'utf8');
const own = JSON.parse(await text('package.json'));
const lock = readLock(await text('package-lock.json'));
const shipped = shippedPackages(lock, Object.keys(own.dependencies));

test('every package is bound to a digest, has a licence that goes, and runs a script only where that was decided', () => {
  expect(lock.packages.size).toBeGreaterThan(100);
  expect(reviewPackages(lock, shipped, own.allowScripts)).toEqual([]);
});

test('no package is decided about that is not there', () => {
  const names = new Set([...lock.packages.values()].map(({ name }) => name));
  expect(Object.keys(own.allowScripts).filter(name => !names.has(name))).toEqual([]);
});

/** A lock file of one package that is shipped, and one that is a tool. */
const lockOf = (facts: object): Lock =>
  readLock(
    JSON.stringify({
      lockfileVersion: 3,
      packages: {
        'node_modules/@a/b': { version: '1.0.0', license: 'MIT', integrity: 'sha512-AAAA', ...facts },
      },
    }),
  );
const review = (facts: object, isShipped = true) => {
  const lock = lockOf(facts);
  return reviewPackages(lock, isShipped ? [...lock.packages.values()] : [], { known: false });
};

test.each([
  ['no digest', { integrity: undefined }, /node_modules\/@a\/b is bound to no sha512 digest/],
  ['an old digest', { integrity: 'sha1-AAAA' }, /is bound to no sha512 digest/],
  ['a script nobody decided about', { hasInstallScript: true }, /@a\/b runs a script when it is installed/],
  ['no licence', { license: undefined }, /@a\/b 1\.0\.0 names no licence/],
  [
    'a licence that binds the whole',
    { license: 'GPL-3.0-only' },
    /under GPL-3\.0-only, which what is shipped may not be/,
  ],
  ['both at once', { license: '(MIT AND AGPL-3.0-only)' }, /may not be/],
])('a package with %s is found', (_, facts, sentence) => {
  expect(review(facts)).toEqual([expect.stringMatching(sentence)]);
});

test('a choice of licences is as good as its best, and a tool may be under MPL', () => {
  expect(review({ license: '(GPL-2.0-only OR MIT)' })).toEqual([]);
  expect(review({ license: 'MPL-2.0' }, false)).toEqual([]);
  expect(review({ license: 'MPL-2.0' })).toHaveLength(1);
});

test('a package is found as Node finds it: nearest first', () => {
  const nested = readLock(
    JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': {},
        'node_modules/a': { version: '1.0.0', dependencies: { b: '^1.0.0', c: '*' } },
        'node_modules/a/node_modules/b': { version: '1.0.0', dependencies: { c: '*', missing: '*' } },
        'node_modules/b': { version: '2.0.0' },
        'node_modules/c': { version: '3.0.0' },
      },
    }),
  );
  expect(nested.packages.get('node_modules/a')?.needs).toEqual([
    'node_modules/a/node_modules/b',
    'node_modules/c',
  ]);
  expect(nested.packages.get('node_modules/a/node_modules/b')?.needs).toEqual(['node_modules/c']);
});

test('what is built into the pages, and is no dependency for npm, is what they import', async () => {
  const files = await glob('coordinator/web/**/*.{ts,tsx}', { cwd: root });
  const imports = await Promise.all(
    files.map(async file => readModule({ path: file, text: await text(file) }).imports),
  );
  const names = imports
    .flat()
    .filter(({ target }) => target === null)
    .map(({ specifier }) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0])
    .filter(name => name !== undefined && !(name in own.dependencies));
  expect([...new Set(names)].sort()).toEqual([...builtIntoPages]);
});

const bill = () =>
  billOfMaterials(
    {
      name: own.name,
      version: own.version,
      licence: own.license,
      description: own.description,
      at: new Date(1_000),
      asksFor: Object.keys(own.dependencies),
    },
    shipped,
  );

test('the bill of materials is valid CycloneDX 1.6, names every shipped package and comes out the same twice', async () => {
  const problems = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(bill());
  expect(problems).toBe(null);
  expect(bill()).toBe(bill());
  const { components } = JSON.parse(bill());
  const purls = components.map(({ purl }: { purl: string }) => purl);
  expect(purls).toHaveLength(shipped.length);
  for (const name of ['fastify', 'react', 'zod']) expect(purls.join('\n')).toMatch(`pkg:npm/${name}@`);
  expect(purls.join('\n')).not.toMatch('pkg:npm/vitest@');
  for (const { hashes, licenses } of components) {
    expect(hashes).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }]);
    expect(licenses).toHaveLength(1);
  }
});

test('every package that is asked for has its reason in docs/dependencies.md', async () => {
  const reasons = await text('docs/dependencies.md');
  const asked = [...Object.keys(own.dependencies), ...Object.keys(own.devDependencies)];
  expect(asked.filter(name => !reasons.includes(`\`${name}\``))).toEqual([]);
});
