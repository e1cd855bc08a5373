import { findPackageJSON } from 'node:module';
import path from 'node:path';

const found = findPackageJSON(import.meta.url);
if (!found) throw new Error(`${import.meta.url} belongs to no package`);

/** Of Paddock itself: the same for the sources and for a bundle of them. */
export const packageFile: string = found;

/** The folder that holds the sources and `dist/`. */
export const checkout = path.dirname(packageFile);
