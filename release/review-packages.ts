/** What a review of the dependencies finds wrong: in the lock file, in licences, in scripts that run at installation. */

import { licenceProblem } from './licences.ts';
import type { Lock, LockedPackage } from './locked-packages.ts';

/**
 * @param shipped what a release carries of them.
 * @param scripts `allowScripts` of `package.json`: of each package with an installation script whether that may run.
 * @returns sentences; none where all is well.
 */
export function reviewPackages(
  lock: Lock,
  shipped: readonly LockedPackage[],
  scripts: Readonly<Record<string, boolean>>,
): string[] {
  const isShipped = new Set(shipped);
  const packages = [...lock.packages.values()];
  const unbound = packages
    .filter(({ integrity }) => !integrity?.startsWith('sha512-'))
    .map(
      ({ place }) =>
        `${place} is bound to no sha512 digest in package-lock.json: anything could be installed for it`,
    );
  const undecided = packages
    .filter(({ hasInstallScript, name }) => hasInstallScript && !(name in scripts))
    .map(
      ({ name }) =>
        `${name} runs a script when it is installed: allow or refuse it in allowScripts of package.json`,
    );
  const licences = packages.flatMap(locked => licenceProblem(locked, isShipped.has(locked)) ?? []);
  return [...unbound, ...undecided, ...licences];
}
