/** What the Secrets page asks for. Values are in no answer. */
import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod';
import { type SecretPlace, secretDetail, secretLogEntry, secretsView } from '#shared/secrets.ts';
import { ask } from '../live/ask.ts';
import { systemMs } from '../live/queries.ts';

export const secretsQuery = queryOptions({
  queryKey: ['secrets', 'all'],
  queryFn: ({ signal }) => ask('/api/v1/secrets', secretsView, { signal }),
  refetchInterval: systemMs,
});

export const secretLogQuery = queryOptions({
  queryKey: ['secrets', 'log'],
  queryFn: ({ signal }) => ask('/api/v1/secrets/log', z.array(secretLogEntry), { signal }),
  refetchInterval: systemMs,
});

export const secretQuery = ({ repository, stage, name }: SecretPlace) =>
  queryOptions({
    queryKey: ['secrets', 'one', repository, stage, name],
    queryFn: ({ signal }) => {
      const place = new URLSearchParams({ repository, stage, name });
      return ask(`/api/v1/secrets/one?${place}`, secretDetail, { signal });
    },
  });
