import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useMemo, useRef } from 'react';
import type { Standing } from '#shared/api.ts';
import type { RunLine } from '#shared/run-line.ts';
import { usePageState } from '../frame/use-page-state.ts';
import { BadgeMarkdown } from '../parts/badge-markdown.tsx';
import { ProblemView } from '../parts/problem-view.tsx';
import { slotsOf } from '../parts/slots.ts';
import { isUnderWay } from '../parts/standings.ts';
import { Filters } from '../runs/filters.tsx';
import { FirstRun } from '../runs/first-run.tsx';
import { NoneFits } from '../runs/none-fits.tsx';
import { RunRow } from '../runs/run-row.tsx';
import { useRuns } from '../runs/use-runs.ts';
import '../runs/runs.css';
import { texts } from '../texts/texts.ts';

const route = getRouteApi('/');

/** Is everything fine; what runs; where is mine? */
export function RunsPage() {
  const filter = route.useSearch();
  const list = useRuns(filter);
  const { runs, news, error, isPending, hasNextPage, refetch } = list;
  const slots = useMemo(() => slotsOf(runs), [runs]);
  usePageState(filter.repository ?? texts.runs.title, standingOf(runs));
  if (error && runs.length === 0)
    return <ProblemView error={error} what="page" onAgain={() => void refetch()} />;
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <>
      <div className="runs-head">
        <h1>{texts.runs.title}</h1>
        {(runs.length > 0 || isFiltered) && <Filters filter={filter} runs={runs} />}
      </div>
      <div aria-live="polite">
        {news.length > 0 && (
          <div className="news-place">
            <button type="button" className="news" onClick={list.showNews}>
              {texts.runs.newRuns(news.length)}
            </button>
          </div>
        )}
      </div>
      {isPending ? null : runs.length > 0 ? (
        <ol className="run-list" aria-label={texts.runs.list}>
          {runs.map(run => (
            <RunRow key={run.id} run={run} slots={slots.get(run.repository) ?? []} />
          ))}
        </ol>
      ) : isFiltered ? (
        <NoneFits filter={filter} isAll={!hasNextPage} />
      ) : (
        <FirstRun />
      )}
      {hasNextPage && (
        <Older
          key={JSON.stringify(filter)}
          isBusy={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
      {filter.repository && runs.length > 0 && (
        <BadgeMarkdown
          repository={filter.repository}
          subject={{ branch: filter.branch, image: filter.image }}
        />
      )}
    </>
  );
}

/** Of the whole list: something runs, or how the newest that is over has ended. */
function standingOf(runs: readonly RunLine[]): Standing | null {
  if (runs.some(({ standing }) => standing === 'running')) return 'running';
  return runs.find(({ standing }) => !isUnderWay(standing))?.standing ?? null;
}

/**
 * Older runs come when the end of the list comes into view, also of one in which none fits yet; the button is for who
 * scrolls by other means.
 */
function Older({ isBusy, onMore }: { isBusy: boolean; onMore(): void }) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  // Observed anew after each page: an end that is still in view is not said twice.
  useEffect(() => {
    if (isBusy || !place.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), {
      rootMargin: '400px',
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [isBusy]);
  return (
    <div className="more" ref={place}>
      {isBusy ? (
        <span role="status">{texts.runs.loadingOlder}</span>
      ) : (
        <Button variant="default" onClick={onMore}>
          {texts.runs.older}
        </Button>
      )}
    </div>
  );
}
