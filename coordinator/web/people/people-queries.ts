/** What the People page asks for. */
import { queryOptions } from '@tanstack/react-query';
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
/** `all=1`: of everybody for administrators, one's own for others. */
export const tokensQuery = looked('tokens', 'tokens?all=1', z.array(tokenView));
export const sessionsQuery = looked('sessions', 'sessions?all=1', z.array(browserSessionView));
