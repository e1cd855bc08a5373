/** What the Audit log page asks for: its filter is its address. */
import { infiniteQueryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { auditFilter, auditPage } from '#shared/audit.ts';
import { ask } from '../live/ask.ts';
import { systemMs } from '../live/queries.ts';

export type AuditAsked = z.output<typeof auditFilter>;

const entriesPerPage = 50;

/** What does not fit is not there: a mistyped address shows all. */
export const auditFilterFrom = (search: unknown): AuditAsked => auditFilter.safeParse(search).data ?? {};

export const auditQuery = (filter: AuditAsked) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn({ pageParam, signal }) {
      const place = { max: entriesPerPage, before: pageParam ?? undefined };
      const asked = Object.entries({ ...filter, ...place }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)]],
      );
      return ask(`/api/v1/audit?${new URLSearchParams(asked)}`, auditPage, { signal });
    },
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
    // Who reads older ones is not looking for what comes.
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? systemMs : false),
  });
