import { readFileSync } from 'node:fs';
import { packageFile } from './checkout.ts';

/** Paddock's own version, as its package says. */
export const readVersion = (): string => JSON.parse(readFileSync(packageFile, 'utf8')).version;
