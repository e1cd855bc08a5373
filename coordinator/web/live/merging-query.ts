/** How merges stand; asked again while somebody looks. */
import { queryOptions } from '@tanstack/react-query';
import { mergeStanding, mergingView } from '#shared/merge-api.ts';
import { ask } from './ask.ts';

const againMs = 5_000;

export const mergingQuery = queryOptions({
  queryKey: ['merging'],
  queryFn: ({ signal }) => ask('/api/v1/merges', mergingView, { signal }),
  refetchInterval: againMs,
});

/** Below its run: what changes that may change this. Asked again while somebody looks, as the line goes on. */
export const mergeStandingQuery = (run: string) =>
  queryOptions({
    queryKey: ['run', run, 'merge'],
    queryFn: ({ signal }) => ask(`/api/v1/runs/${run}/merge`, mergeStanding, { signal }),
    refetchInterval: againMs,
  });
