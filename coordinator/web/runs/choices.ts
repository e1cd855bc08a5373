/** The names that the runs of a list have, for its filters. Pure. */
import type { RunLine } from '#shared/run-line.ts';

type Facts = Pick<RunLine, 'repository' | 'ref' | 'change' | 'author'> & {
  jobs: readonly { image: string }[] | null;
};

const sorted = (names: readonly string[]): string[] => [...new Set(names.filter(Boolean))].sort();

export const choicesOf = (runs: readonly Facts[]) => ({
  repository: sorted(runs.map(({ repository }) => repository)),
  // The branch of a pull request is found by its number.
  branch: sorted(runs.map(({ ref, change }) => (change === null ? ref : ''))),
  author: sorted(runs.map(({ author }) => author)),
  image: sorted(runs.flatMap(({ jobs }) => (jobs ?? []).map(({ image }) => image))),
});
