/** What the Credentials page asks for. No answer has one of them in it. */
import { queryOptions } from '@tanstack/react-query';
import { credentialsView } from '#shared/credentials.ts';
import { ask } from '../live/ask.ts';
import { systemMs } from '../live/queries.ts';

export const credentialsQuery = queryOptions({
  queryKey: ['credentials'],
  queryFn: ({ signal }) => ask('/api/v1/credentials', credentialsView, { signal }),
  refetchInterval: systemMs,
});
