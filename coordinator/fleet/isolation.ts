/** What separates the machines of an image from their hosts, by what hosts declare of the driver. */
import { isolationBy } from '#shared/image-manifest.ts';
import type { Isolation } from '#shared/machine.ts';
import type { Host } from '../store/hosts.ts';
import { mayHave } from './placement.ts';
import type { PlannedPool } from './snapshot.ts';
import { plannedHost } from './take-snapshot.ts';

/**
 * Of every host that could have one of its machines. Before there is such a host it is what the driver usually is: a command
 * has said nothing then, and isolates nothing.
 */
export function isolationsOf(
  pool: Pick<PlannedPool, 'pool' | 'image'>,
  hosts: readonly Host[],
): [Isolation, ...Isolation[]] {
  const { driver } = pool.image.machine;
  const [first, ...others] = hosts
    .filter(host => mayHave(plannedHost(host, null), pool))
    .flatMap(({ drivers }) => drivers.filter(({ name }) => name === driver))
    .map(({ isolation }) => isolation);
  return first === undefined ? [isolationBy[driver]] : [first, ...others];
}

/**
 * Names of the images of which no machine can be with anything around it. A command that no host runs yet has not said what
 * it separates: its images are none of them.
 */
export const neverIsolatedAmong = (
  pools: readonly Pick<PlannedPool, 'pool' | 'image'>[],
  hosts: readonly Host[],
): ReadonlySet<string> =>
  new Set(
    pools
      .filter(pool => pool.image.machine.driver !== 'command' || hasHost(pool, hosts))
      .filter(pool => isolationsOf(pool, hosts).every(each => each === 'none'))
      .map(({ image: { name } }) => name),
  );

const hasHost = (pool: Pick<PlannedPool, 'pool' | 'image'>, hosts: readonly Host[]): boolean =>
  hosts.some(host => mayHave(plannedHost(host, null), pool));

/** Names of the images of which a machine may come to be with nothing around it. */
export const unisolatedAmong = (
  pools: readonly Pick<PlannedPool, 'pool' | 'image'>[],
  hosts: readonly Host[],
): ReadonlySet<string> =>
  new Set(
    pools.filter(pool => isolationsOf(pool, hosts).includes('none')).map(({ image: { name } }) => name),
  );
