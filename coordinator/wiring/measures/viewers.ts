import { sample } from '#shared/metrics.ts';
import type { PeopleParts, ViewedFeed } from '../../http/parts.ts';
import type { Metrics } from '../../metrics/metrics.ts';

/** Counts live connections while they are open. */
export function countViewers({ show }: Pick<Metrics, 'show'>): PeopleParts['viewing'] {
  const open: Record<ViewedFeed, number> = { changes: 0, log: 0 };
  show(() => [
    sample('paddock_viewers', { feed: 'changes' }, open.changes),
    sample('paddock_viewers', { feed: 'log' }, open.log),
  ]);
  return (feed, gone) => {
    if (gone.aborted) return;
    open[feed] += 1;
    gone.addEventListener('abort', () => {
      open[feed] -= 1;
    });
  };
}
