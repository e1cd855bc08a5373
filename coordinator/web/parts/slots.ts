/** The fixed places of jobs in the barcodes of a list. Pure. */
import type { RunLine, RunSquare } from '#shared/run-line.ts';

/** A suite on an image. */
export type Slot = string;

export const slotOf = ({ suite, image }: Pick<RunSquare, 'suite' | 'image'>): Slot => `${suite}\n${image}`;

type Facts = Pick<RunLine, 'repository'> & {
  jobs: readonly Pick<RunSquare, 'suite' | 'image'>[] | null;
};

/**
 * For each repository every slot that its runs have, in the order of its newest run; what only older runs have comes
 * behind. So a square stays in its place when a system is added or goes.
 */
export function slotsOf(runs: readonly Facts[]): ReadonlyMap<string, Slot[]> {
  const slots = new Map<string, Set<Slot>>();
  for (const { repository, jobs } of runs) {
    const known = slots.get(repository) ?? new Set<Slot>();
    for (const job of jobs ?? []) known.add(slotOf(job));
    slots.set(repository, known);
  }
  return new Map([...slots].map(([repository, known]) => [repository, [...known]]));
}
