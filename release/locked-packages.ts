/** What `package-lock.json` says of each package, and which of them a release carries. */
import * as z from 'zod';

const entry = z.object({
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
});

/** Version 3 of the format: https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json */
const lockFile = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), entry) });

export type LockedPackage = {
  /** Where npm puts it, as in `node_modules/a/node_modules/b`. */
  place: string;
  name: string;
  version: string;
  /** As its author says, an SPDX expression; null where the lock file says nothing. */
  licence: string | null;
  /** As in `sha512-…`, of the archive that npm unpacks; null where nothing binds it. */
  integrity: string | null;
  hasInstallScript: boolean;
  /** Places of those it asks for that are installed. */
  needs: string[];
};

export type Lock = {
  packages: ReadonlyMap<string, LockedPackage>;
  /** Places of what the project itself asks for, by name. */
  placeOf(name: string): string | null;
};

/** Throws what zod or JSON.parse throw of a text that is no such file. */
export function readLock(text: string): Lock {
  const { packages } = lockFile.parse(JSON.parse(text));
  const places = new Set(Object.keys(packages));
  const found = Object.entries(packages)
    .filter(([place]) => place !== '')
    .map(([place, facts]): [string, LockedPackage] => [
      place,
      {
        place,
        name: nameAt(place),
        version: facts.version ?? '',
        licence: facts.license ?? null,
        integrity: facts.integrity ?? null,
        hasInstallScript: facts.hasInstallScript ?? false,
        needs: Object.keys({
          ...facts.dependencies,
          ...facts.optionalDependencies,
          ...facts.peerDependencies,
        }).flatMap(name => resolve(places, place, name) ?? []),
      },
    ]);
  return { packages: new Map(found), placeOf: name => resolve(places, '', name) };
}

const nameAt = (place: string): string => place.replace(/^.*node_modules\//, '');

/** As Node finds it: beside the files of whoever asks, else a folder further up. */
function resolve(places: ReadonlySet<string>, from: string, name: string): string | null {
  for (let folder = from; ; folder = folder.replace(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (places.has(place)) return place;
    if (folder === '') return null;
  }
}

/** These packages and all that they need, in the order of their places. */
export function closureOf(lock: Lock, names: readonly string[]): LockedPackage[] {
  const reached = new Set<string>();
  const open = names.flatMap(name => lock.placeOf(name) ?? []);
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (reached.has(place)) continue;
    reached.add(place);
    open.push(...(lock.packages.get(place)?.needs ?? []));
  }
  return [...lock.packages.values()]
    .filter(({ place }) => reached.has(place))
    .sort((a, b) => (a.place < b.place ? -1 : 1));
}
