import { limits } from '#shared/limits.ts';
import { type Sample, sample } from '#shared/metrics.ts';
import type { LeaseClock } from '../../queue/lease-clock.ts';
import { listRunningAttempts } from '../../store/attempts.ts';
import type { Tx } from '../../store/store.ts';
import type { Brain } from '../brain.ts';

export async function lookAtQueue({ countQueue }: Pick<Brain, 'countQueue'>): Promise<Sample[]> {
  const { counts, oldest } = await countQueue();
  return [
    ...counts.map(({ image, kind, count }) => sample('paddock_queue_jobs', { image, reason: kind }, count)),
    ...oldest.map(({ image, waitedMs }) =>
      sample('paddock_queue_oldest_wait_seconds', { image }, waitedMs / 1_000),
    ),
  ];
}

export async function lookAtLeases(read: Tx, clock: Pick<LeaseClock, 'isOver'>): Promise<Sample[]> {
  const running = await listRunningAttempts(read, limits.leasesCounted);
  const expired = running.filter(({ id }) => clock.isOver(id)).length;
  return [
    sample('paddock_leases', { state: 'live' }, running.length - expired),
    sample('paddock_leases', { state: 'expired' }, expired),
  ];
}
