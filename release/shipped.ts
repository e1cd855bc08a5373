/** Which packages a release carries: what the bundles may load, and what is built into the pages. */
import { closureOf, type Lock, type LockedPackage } from './locked-packages.ts';

/** Development dependencies for npm, since the pages are built: what `coordinator/web/` imports. A test compares. */
export const builtIntoPages: readonly string[] = [
  '@ansi-tools/parser',
  '@fontsource-variable/inter',
  '@fontsource-variable/jetbrains-mono',
  '@mantine/core',
  '@mantine/hooks',
  '@mantine/spotlight',
  '@tanstack/react-query',
  '@tanstack/react-router',
  '@tanstack/react-virtual',
  'react',
  'react-dom',
];

/** @param dependencies names under `dependencies` of `package.json`. */
export const shippedPackages = (lock: Lock, dependencies: readonly string[]): LockedPackage[] =>
  closureOf(lock, [...dependencies, ...builtIntoPages]);
