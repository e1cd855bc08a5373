/** What a machine needs of its host beside room: labels, and what is counted. Pure. */
import type { HostTraits, Resources } from '#shared/host-traits.ts';
import type { PlannedHost } from './snapshot.ts';

/** Those that the host has not, or with another value. */
export function missingLabels(
  { labels }: HostTraits,
  { traits }: Pick<PlannedHost, 'traits'>,
): [name: string, value: string][] {
  return Object.entries(labels).filter(([name, value]) => traits.labels[name] !== value);
}

export type Scarcity = { name: string; wanted: number; free: number; total: number };

/** The first of which the host has too few left, or in all where nothing is taken; null: it has enough of everything. */
export function scarceResource(
  { resources }: HostTraits,
  { traits }: Pick<PlannedHost, 'traits'>,
  taken: Resources = {},
): Scarcity | null {
  for (const [name, wanted] of Object.entries(resources)) {
    const total = traits.resources[name] ?? 0;
    const free = Math.max(0, total - (taken[name] ?? 0));
    if (wanted > free) return { name, wanted, free, total };
  }
  return null;
}
