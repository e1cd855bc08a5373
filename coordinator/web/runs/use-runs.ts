import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { LiveFrame } from '#shared/api.ts';
import { isShown, type RunFilter } from '#shared/run-filter.ts';
import { lineOf, type RunLine } from '#shared/run-line.ts';
import { useLive } from '../live/live.tsx';
import { fetchRuns, runQuery, runsQuery } from '../live/queries.ts';
import { idsOf, isNewer, type Pages, patched, prepended } from './merge-runs.ts';

/** Changes of one moment are asked for together. */
const gatherMs = 150;

/**
 * The runs that fit a filter. What is in the list changes in its place; what is new waits in `news` until it is let in,
 * so that nothing moves under the reader's eyes. Into an empty list it comes by itself.
 */
export function useRuns(filter: RunFilter) {
  const queryClient = useQueryClient();
  const query = useInfiniteQuery(runsQuery(filter));
  const [news, setNews] = useState<RunLine[]>([]);
  const key = JSON.stringify(filter);
  const shownKey = useRef(key);
  if (shownKey.current !== key) {
    shownKey.current = key;
    setNews([]);
  }

  const read = () => queryClient.getQueryData<Pages>(['runs', filter]);
  const change = (update: typeof patched, runs: readonly RunLine[]) =>
    queryClient.setQueryData<Pages>(['runs', filter], data => data && update(data, runs));

  function take(runs: readonly RunLine[]): void {
    const data = read();
    if (!data || shownKey.current !== key) return;
    const known = idsOf(data);
    change(patched, runs);
    const added = runs.filter(run => !known.has(run.id) && isNewer(run, data) && isShown(filter, run));
    if (known.size === 0) change(prepended, added);
    else setNews(before => withNewest(before, runs, added));
  }

  async function lookAnew(): Promise<void> {
    const data = read();
    if (!data) return;
    for (const before of data.pageParams) take((await fetchRuns(filter, before)).items);
  }

  const changed = useGathered(async runs => {
    const views = await Promise.allSettled(
      runs.map(id => queryClient.fetchQuery({ ...runQuery(id), staleTime: 0 })),
    );
    take(views.flatMap(view => (view.status === 'fulfilled' ? [lineOf(view.value)] : [])));
  });
  useLive({
    onFrame: changed,
    // Nobody may be there yet; the connection says again when it is.
    onResume: () => void lookAnew().catch(() => {}),
  });

  return {
    ...query,
    runs: query.data?.pages.flatMap(({ items }) => items) ?? [],
    news,
    showNews(): void {
      change(prepended, news);
      setNews([]);
    },
  };
}

/** What is announced, in its newest state. */
function withNewest(before: RunLine[], changed: readonly RunLine[], added: readonly RunLine[]): RunLine[] {
  const fresh = new Map(changed.map(run => [run.id, run]));
  const kept = before.map(run => fresh.get(run.id) ?? run);
  return [...kept, ...added.filter(({ id }) => kept.every(run => run.id !== id))];
}

/** Collects the runs that changes are about, and hands them over together. */
function useGathered(act: (runs: string[]) => Promise<void>): (frame: LiveFrame) => void {
  const waiting = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return ({ run }) => {
    waiting.current.add(run);
    timer.current ??= setTimeout(() => {
      const runs = [...waiting.current];
      waiting.current.clear();
      timer.current = undefined;
      void latest.current(runs);
    }, gatherMs);
  };
}
