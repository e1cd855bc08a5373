/**
 * Which licences may come in. What is shipped has to go with Apache-2.0 in one program; tools that only build or test
 * may also be under a licence that asks for changes of their own files to be shown, or summed up (Python's).
 */
import type { LockedPackage } from './locked-packages.ts';

const shippable = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'OFL-1.1',
  'Unlicense',
]);
const forTools = new Set([...shippable, 'MPL-2.0', 'PSF-2.0', 'Python-2.0']);

/** Packages whose `package.json` says it in the way of before 2015, which the lock file does not repeat. Each was read. */
const said: Readonly<Record<string, string>> = { buildcheck: 'MIT', 'cpu-features': 'MIT', ssh2: 'MIT' };

/** An SPDX expression; null where nobody says. */
export const licenceOf = ({ name, licence }: LockedPackage): string | null => licence ?? said[name] ?? null;

/** What is wrong with the licence of a package, as a sentence; null where nothing is. */
export function licenceProblem(locked: LockedPackage, isShipped: boolean): string | null {
  const licence = licenceOf(locked);
  const title = `${locked.name} ${locked.version}`;
  if (licence === null) return `${title} names no licence`;
  const allowed = isShipped ? shippable : forTools;
  const isAllowed = choicesOf(licence).some(all => all.every(id => allowed.has(id)));
  if (isAllowed) return null;
  return `${title} is under ${licence}, which ${isShipped ? 'what is shipped' : 'a tool'} may not be`;
}

/** `A OR (B AND C)` → [[A], [B, C]]; without nesting beyond that, which no package here has. */
const choicesOf = (expression: string): string[][] =>
  expression
    .replace(/[()]/g, '')
    .split(/ OR /)
    .map(choice => choice.split(/ AND /).map(id => id.trim()));
