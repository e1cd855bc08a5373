/** How merges stand; asked again while somebody looks. */
import { queryOptions } from '@tanstack/react-query';
import { mergingView } from '#shared/merge-api.ts';
import { ask } from './ask.ts';

const againMs = 5_000;

export const mergingQuery = queryOptions({
  queryKey: ['merging'],
  queryFn: ({ signal }) => ask('/api/v1/merges', mergingView, { signal }),
  refetchInterval: againMs,
});
