/** A CycloneDX bill of materials of a release: the same release gives the same bytes. */
import { createHash } from 'node:crypto';
import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { licenceOf } from './licences.ts';
import type { LockedPackage } from './locked-packages.ts';

export type Product = {
  name: string;
  version: string;
  licence: string;
  description: string;
  /** When the commit was made that is released. */
  at: Date;
  /** Names of the packages that it asks for itself. */
  asksFor: readonly string[];
};

/** JSON of CycloneDX 1.6, which Dependency-Track, Trivy, Grype and others read. @see https://cyclonedx.org/docs/1.6/json/ */
export function billOfMaterials(product: Product, packages: readonly LockedPackage[]): string {
  const root = new Models.Component(Enums.ComponentType.Application, product.name, {
    version: product.version,
    description: product.description,
    bomRef: purlOf(product),
    purl: purlOf(product),
  });
  root.licenses.add(new Models.SpdxLicense(product.licence));
  const components = new Map(packages.map(locked => [locked.place, componentOf(locked)]));
  for (const { place, needs } of packages)
    for (const need of needs) {
      const needed = components.get(need);
      if (needed) components.get(place)?.dependencies.add(needed.bomRef);
    }
  for (const name of product.asksFor) {
    const component = components.get(`node_modules/${name}`);
    if (component) root.dependencies.add(component.bomRef);
  }
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: root, timestamp: product.at }),
    components: new Models.ComponentRepository(components.values()),
    serialNumber: serialOf(product, packages),
  });
  const normalizers = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(normalizers).serialize(bom, { sortLists: true, space: 2 });
}

function componentOf(locked: LockedPackage) {
  const { name, version, integrity } = locked;
  const [, group, short = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  const component = new Models.Component(Enums.ComponentType.Library, short, {
    ...(group === undefined ? {} : { group }),
    version,
    // Two places may hold the same package.
    bomRef: `${purlOf(locked)}#${locked.place}`,
    purl: purlOf(locked),
  });
  const licence = licenceOf(locked);
  if (licence !== null) component.licenses.add(licenceModel(licence));
  const [, digest] = /^sha512-([\w+/]+=*)$/.exec(integrity ?? '') ?? [];
  if (digest !== undefined)
    component.hashes.set(Enums.HashAlgorithm['SHA-512'], Buffer.from(digest, 'base64').toString('hex'));
  return component;
}

const licenceModel = (licence: string) =>
  / (?:OR|AND) /.test(licence) ? new Models.LicenseExpression(licence) : new Models.SpdxLicense(licence);

/** @see https://github.com/package-url/purl-spec/blob/main/types-doc/npm-definition.md */
const purlOf = ({ name, version }: { name: string; version: string }): string =>
  `pkg:npm/${name.replace(/^@/, '%40')}@${encodeURIComponent(version)}`;

/** A UUID of version 8 (RFC 9562 §5.8) made of what is listed, so that it stands for these contents. */
function serialOf({ name, version }: Product, packages: readonly LockedPackage[]): string {
  const facts = [name, version, ...packages.map(({ place, integrity }) => `${place} ${integrity}`)];
  const hex = createHash('sha256').update(facts.join('\n')).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}
