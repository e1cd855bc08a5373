import { readFileSync } from 'node:fs';

/** Paddock's own version, as its package says. */
export const readVersion = (): string =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
