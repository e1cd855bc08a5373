/** What the pages ask for, under the keys by which the live socket knows it. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import * as z from 'zod';
import { artifactView, attemptView, deliveryPage, jobView, runView, sessionView } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { type RunFilter, runsPath } from '#shared/run-filter.ts';
import { type RunPage, runPage } from '#shared/run-line.ts';
import { timelineAttempt } from '#shared/run-timeline.ts';
import { jobTests, testHistory } from '#shared/test-api.ts';
import { ask } from './ask.ts';
import { setClock } from './clock.ts';

const minute = 60_000;
/** What is asked for again while it is looked at, since no event tells of it. */
export const systemMs = 5_000;
/** From the beginning of a page's way here to its being drawn. */
const momentMs = 2_000;

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id],
    queryFn: ({ signal }) => ask(`/api/v1/runs/${id}`, runView, { signal }),
  });

export const attemptsQuery = (run: string) =>
  queryOptions({
    queryKey: ['attempts', run],
    queryFn: ({ signal }) => ask(`/api/v1/runs/${run}/attempts`, z.array(timelineAttempt), { signal }),
  });

export const artifactsQuery = (run: string) =>
  queryOptions({
    queryKey: ['artifacts', run],
    queryFn: ({ signal }) => ask(`/api/v1/runs/${run}/artifacts`, z.array(artifactView), { signal }),
  });

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['job', id],
    queryFn: ({ signal }) => ask(`/api/v1/jobs/${id}`, jobView, { signal }),
  });

/** With all marks so far, which the view of a job has of attempts that are over only. */
export const attemptQuery = (job: string, attempt: string) =>
  queryOptions({
    // Below its job: what changes that changes this too.
    queryKey: ['job', job, 'attempt', attempt],
    queryFn: ({ signal }) => ask(`/api/v1/attempts/${attempt}`, attemptView, { signal }),
  });

/** Below its job and its run: what changes those changes what is known of their tests. */
export const jobTestsQuery = (job: string) =>
  queryOptions({
    queryKey: ['job', job, 'tests'],
    queryFn: ({ signal }) => ask(`/api/v1/jobs/${job}/tests`, jobTests, { signal }),
  });

export const runTestsQuery = (run: string) =>
  queryOptions({
    queryKey: ['run', run, 'tests'],
    queryFn: ({ signal }) => ask(`/api/v1/runs/${run}/tests`, z.array(jobTests), { signal }),
  });

export type TestFilter = { image?: string | undefined; branch?: string | undefined };

export const testQuery = (key: string, filter: TestFilter) =>
  infiniteQueryOptions({
    queryKey: ['test', key, filter],
    queryFn: ({ pageParam, signal }) => {
      const max = String(limits.pageItems);
      const asked = Object.entries({ max, ...filter, before: pageParam ?? undefined });
      const query = new URLSearchParams(asked.flatMap(([name, value]) => (value ? [[name, value]] : [])));
      return ask(`/api/v1/tests/${key}?${query}`, testHistory, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    staleTime: momentMs,
  });

export function fetchRuns(
  filter: RunFilter,
  before: string | null,
  signal?: AbortSignal,
  max?: number,
): Promise<RunPage> {
  return ask(runsPath(filter, before, max), runPage, signal ? { signal } : {});
}

export const runsQuery = (filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ['runs', filter],
    queryFn: ({ pageParam, signal }) => fetchRuns(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    // A list that is gone back to is there at once, and then looks for what is new.
    staleTime: momentMs,
  });

/** Who reads, and which coordinator answers; asked again now and then, since a broken connection may look like silence. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  async queryFn({ signal }) {
    const askedAt = Date.now();
    const session = await ask('/api/v1/session', sessionView, { signal });
    setClock(session.now, askedAt, Date.now());
    return session;
  },
  refetchInterval: minute,
});

export const deliveriesQuery = infiniteQueryOptions({
  queryKey: ['deliveries'],
  queryFn: ({ pageParam, signal }) =>
    ask(`/api/v1/deliveries?max=50${pageParam ? `&before=${pageParam}` : ''}`, deliveryPage, {
      signal,
    }),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
  // Who reads older ones is not looking for what comes.
  refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? systemMs : false),
});
