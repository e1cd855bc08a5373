/** From a tree of sources with its packages to the files of a release. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { billOfMaterials } from './bill-of-materials.ts';
import { readLock } from './locked-packages.ts';
import { checksums, filesBelow, pack } from './pack.ts';
import { reviewPackages } from './review-packages.ts';
import { shippedPackages } from './shipped.ts';

const run = promisify(execFile);

export type Commit = { sha: string; at: Date };

const packageFile = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  description: z.string(),
  dependencies: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
});

/** What a running Paddock does not read. `release/` and `.ci/` make and test it. */
const leftOut = [
  'node_modules',
  'test',
  'docs/pictures',
  'release',
  '.ci',
  '.git',
  'dist/coordinator-stamps.json',
];

/** What a release says of itself; with it in place, Paddock takes its bundles as they came. */
const markFile = 'dist/release.json';

/**
 * Builds the bundles of `tree` and writes archive, bill of materials and checksums into `output`.
 * @returns the names of the files, the checksums last.
 * @throws Error when the packages do not pass their review, or something cannot be built.
 */
export async function releaseFrom(tree: string, commit: Commit, output: string): Promise<string[]> {
  const text = (name: string) => readFile(path.join(tree, name), 'utf8');
  const {
    license: licence,
    dependencies,
    ...product
  } = packageFile.parse(JSON.parse(await text('package.json')));
  const lock = readLock(await text('package-lock.json'));
  const asksFor = Object.keys(dependencies);
  const shipped = shippedPackages(lock, asksFor);
  const problems = reviewPackages(lock, shipped, product.allowScripts);
  if (problems.length > 0) throw new Error(`The packages do not pass:\n${problems.join('\n')}`);

  await bundle(tree);
  const title = `${product.name}-${product.version}`;
  const bill = billOfMaterials({ ...product, licence, at: commit.at, asksFor }, shipped);
  await writeFile(path.join(tree, markFile), JSON.stringify({ commit: commit.sha, at: commit.at }));
  await mkdir(output, { recursive: true });
  const files = [`${title}.tar.gz`, `${title}.cdx.json`] as const;
  await writeFile(path.join(output, files[1]), bill);
  const names = await filesBelow(tree, leftOut);
  await pack(tree, names, { file: path.join(output, files[0]), prefix: title, at: commit.at });
  await writeFile(path.join(output, 'SHA256SUMS'), await checksums(output, files));
  return [...files, 'SHA256SUMS'];
}

async function bundle(tree: string): Promise<void> {
  await rm(path.join(tree, 'dist'), { recursive: true, force: true });
  // Libraries look at it; one that is told of tests leaves names of folders in the pages.
  const env = { ...process.env, NODE_ENV: 'production' };
  for (const builder of ['bundle-agents', 'bundle-coordinator', 'bundle-web'])
    await run(process.execPath, [`coordinator/build/${builder}.ts`], { cwd: tree, env });
}
