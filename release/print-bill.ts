/** `npm run sbom --silent`: the bill of materials of this tree, as CycloneDX JSON. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { billOfMaterials } from './bill-of-materials.ts';
import { readLock } from './locked-packages.ts';
import { shippedPackages } from './shipped.ts';

const at = (name: string) => path.resolve(import.meta.dirname, '..', name);
const { name, version, description, license, dependencies } = JSON.parse(
  await readFile(at('package.json'), 'utf8'),
);
const asksFor = Object.keys(dependencies);
const lock = readLock(await readFile(at('package-lock.json'), 'utf8'));
const product = {
  name,
  version,
  description,
  licence: license,
  asksFor,
  at: (await stat(at('package-lock.json'))).mtime,
};
console.log(billOfMaterials(product, shippedPackages(lock, asksFor)));
