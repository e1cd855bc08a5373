/** Rows → the list of runs. Reading only. */
import type { RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { isOpenStanding, standingOf } from '#shared/run.ts';
import { countsOf, type RunLine } from '#shared/run-line.ts';
import { timesOf } from '#shared/run-times.ts';
import { type RunSearch, searchRuns } from '../store/run-search.ts';
import { listJobSquares } from '../store/run-squares.ts';
import type { Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { type BrowsePorts, jobStanding, viewHead } from './browse.ts';

/** A list of runs as it is asked for. */
export type RunList = RunSearch & { hasJobs: boolean };

/**
 * Newest first. Looks through so many runs at most: where few fit the filter a page is short, and goes on at `next`. What
 * is under way has no index: it is looked at one by one.
 */
export async function browseRuns(
  tx: Tx,
  ports: Pick<BrowsePorts, 'peopleUrl'>,
  list: RunList,
): Promise<{ items: RunLine[]; next: RunId | null }> {
  const { outcome } = list.filter;
  const isUnderWay = outcome !== undefined && isOpenStanding(outcome);
  const max = isUnderWay ? limits.runsUnderWayExamined : list.max;
  const { runs, next } = await searchRuns(tx, { ...list, max });
  const items: RunLine[] = [];
  for (const run of runs) {
    const line = await viewLine(tx, ports, run, list);
    if (!line || (outcome !== undefined && line.standing !== outcome)) continue;
    items.push(line);
    if (items.length === list.max) return { items, next: line.id };
  }
  return { items, next };
}

async function viewLine(
  tx: Tx,
  ports: Pick<BrowsePorts, 'peopleUrl'>,
  run: Run,
  { hasJobs }: RunList,
): Promise<RunLine | null> {
  const jobs = await listJobSquares(tx, run.id);
  const standing = standingOf(
    run.state,
    jobs.map(({ state }) => state),
  );
  // What may not be seen was not found.
  const head = await viewHead(tx, ports, run, standing, () => true);
  if (!head) return null;
  const squares = jobs.map(({ id, suite, image, state }) => ({
    ...{ id, suite, image, standing: jobStanding(state) },
  }));
  return {
    ...head,
    counts: countsOf(squares.map(each => each.standing)),
    times: timesOf(jobs),
    jobs: hasJobs ? squares : null,
  };
}
