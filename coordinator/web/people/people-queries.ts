/** What the People page asks for, and what is done there. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import * as z from 'zod';
import { browserSessionView, peopleView, tokenView } from '#shared/people-api.ts';
import { ask } from '../live/ask.ts';
import { systemMs } from '../live/queries.ts';

const looked = <View>(key: string, path: string, schema: { parse(value: unknown): View }) =>
  queryOptions({
    queryKey: ['people', key],
    queryFn: ({ signal }) => ask(`/api/v1/${path}`, schema, { signal }),
    refetchInterval: systemMs,
  });

export const peopleQuery = looked('roles', 'people', peopleView);
export const tokensQuery = looked('tokens', 'tokens?all=1', z.array(tokenView));
export const sessionsQuery = looked('sessions', 'sessions?all=1', z.array(browserSessionView));

/** Something is done at an address; everything on the page is asked for again, and who this browser is. */
export function useDeed({ path, body = {} }: { path: string; body?: object }) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      ask(`/api/v1/${path}`, z.unknown(), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    onSettled: () =>
      Promise.all([['people'], ['session']].map(queryKey => queryClient.invalidateQueries({ queryKey }))),
  });
}
