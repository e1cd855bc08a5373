/** How a list of runs takes in what has changed without moving under its reader. Pure. */
import type { InfiniteData } from '@tanstack/react-query';
import type { RunLine, RunPage } from '#shared/run-line.ts';

export type Pages = InfiniteData<RunPage, string | null>;

/** The list with the new state of what it already shows; a run that is not in it is left out. */
export function patched(data: Pages, runs: readonly RunLine[]): Pages {
  const fresh = new Map(runs.map(run => [run.id, run]));
  const patch = (page: RunPage): RunPage =>
    page.items.some(({ id }) => fresh.has(id))
      ? { ...page, items: page.items.map(run => fresh.get(run.id) ?? run) }
      : page;
  return { ...data, pages: data.pages.map(patch) };
}

/** The list with newer runs at its head, newest first. */
export function prepended(data: Pages, runs: readonly RunLine[]): Pages {
  const [first, ...rest] = data.pages;
  if (!first) return data;
  const known = new Set(first.items.map(({ id }) => id));
  const added = runs.filter(({ id }) => !known.has(id)).sort((a, b) => (a.id < b.id ? 1 : -1));
  return { ...data, pages: [{ ...first, items: [...added, ...first.items] }, ...rest] };
}

/** Ids sort by age. */
export const isNewer = (run: Pick<RunLine, 'id'>, data: Pages): boolean => {
  const newest = data.pages[0]?.items[0];
  return newest === undefined || run.id > newest.id;
};

export const idsOf = (data: Pages): ReadonlySet<string> =>
  new Set(data.pages.flatMap(({ items }) => items.map(({ id }) => id)));
