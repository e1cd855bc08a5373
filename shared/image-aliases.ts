/**
 * By what else a suite may call an image: `debian/12` and `debian/latest` are `debian-12`, `openbsd/7` is the newest
 * `openbsd-7.x`. Derived from the names of the images that there are, so that nobody keeps a list. Pure.
 */

/** `debian-12-arm64` → family `debian`, version [12], variant `-arm64`. */
type Parts = { family: string; version: number[]; variant: string };

function partsOf(name: string): Parts | null {
  const [, family, version, variant = ''] =
    /^([a-z][a-z0-9_]*)-(\d+(?:\.\d+)*)(-[a-z0-9._-]+)?$/.exec(name) ?? [];
  return family && version ? { family, version: version.split('.').map(Number), variant } : null;
}

/** Numbers, not letters: 7.10 is newer than 7.9. */
function isNewer(a: readonly number[], b: readonly number[]): boolean {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** Every alias, and the image that it stands for among these. */
export function aliasTable(names: readonly string[]): ReadonlyMap<string, string> {
  const best = new Map<string, { name: string; version: number[] }>();
  for (const name of names) {
    const parts = partsOf(name);
    if (!parts) continue;
    const { family, version, variant } = parts;
    const prefixes = version.map((_, index) => version.slice(0, index + 1).join('.'));
    for (const of of ['latest', ...prefixes]) {
      const alias = `${family}/${of}${variant}`;
      const known = best.get(alias);
      if (!known || isNewer(version, known.version)) best.set(alias, { name, version });
    }
  }
  return new Map([...best].map(([alias, { name }]) => [alias, name]));
}

export const aliasesOf = (name: string, names: readonly string[]): string[] =>
  [...aliasTable(names)].flatMap(([alias, image]) => (image === name ? [alias] : [])).sort();
