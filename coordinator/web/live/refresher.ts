/** What has changed is asked for again: at once, and then not more often than it can be read, however much changes. */
import type { QueryClient } from '@tanstack/react-query';
import type { LiveFrame } from '#shared/api.ts';
import type { LiveListener } from './live-socket.ts';

const pauseMs = 300;

/** Queries that a change of a run or a job makes old, by the beginning of their keys. */
export const keysOf = ({ run, job }: LiveFrame): string[][] => [
  ['run', run],
  ['attempts', run],
  ['artifacts', run],
  ...(job ? [['job', job]] : []),
];

export function createRefresher(
  queryClient: Pick<QueryClient, 'invalidateQueries'>,
): LiveListener & { close(): void } {
  const waiting = new Map<string, string[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function refresh(): void {
    if (waiting.size === 0) {
      timer = undefined;
      return;
    }
    for (const queryKey of waiting.values()) void queryClient.invalidateQueries({ queryKey });
    waiting.clear();
    timer = setTimeout(refresh, pauseMs);
  }

  return {
    onFrame(frame) {
      for (const key of keysOf(frame)) waiting.set(key.join(), key);
      if (timer === undefined) refresh();
    },
    // Lists of runs look for themselves what is new: they must not push what is being read.
    onResume: () =>
      void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'runs' }),
    close: () => clearTimeout(timer),
  };
}
