/** The queue as it is asked for, and how it stays true while somebody looks. */
import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import * as z from 'zod';
import { queueView } from '#shared/queue-api.ts';
import { ask } from '../live/ask.ts';
import { useLive } from '../live/live.tsx';
import { systemMs } from '../live/queries.ts';

const queueSearch = z.object({
  repository: z.string().min(1).optional(),
  image: z.string().min(1).optional(),
});
export type QueueFilter = z.infer<typeof queueSearch>;

/** What does not fit is not there. */
export const queueFilterFrom = (search: unknown): QueueFilter => queueSearch.safeParse(search).data ?? {};

export const firstShown = 10;
export const shownMore = 100;

type Asked = QueueFilter & { group?: string; max?: number };

/** Asked again now and then: no event tells of pools and hosts. */
export const queueQuery = ({ max = firstShown, ...asked }: Asked) =>
  queryOptions({
    queryKey: ['queue', asked, max],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ max: String(max) });
      for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, value);
      return ask(`/api/v1/queue?${query}`, queueView, { signal });
    },
    refetchInterval: systemMs,
    placeholderData: previous => previous,
  });

/** However much changes, the whole queue is asked for no more often than it can be read. */
const pauseMs = 1_000;

/** Asks again when a job has changed. */
export function useQueueChanges(): void {
  const queryClient = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLive({
    onFrame() {
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        void queryClient.invalidateQueries({ queryKey: ['queue'] });
      }, pauseMs);
    },
    onResume: () => {},
  });
}
