/** What is known of writes of one key before they are held against what GitHub shows. Pure. */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { ForgeWrite } from '../../store/forge-writes.ts';

/** It will leave, or GitHub may not show yet that it has come. */
export const isUnderWay = (
  { status, sentAt }: Pick<ForgeWrite, 'status' | 'sentAt'>,
  askedAt: Instant,
): boolean =>
  status === 'pending' ||
  (status === 'sent' && sentAt !== null && sentAt > askedAt - limits.reconcileSettleMs);

/** It has been offered to GitHub, which took it or refused it. */
export const wasOffered = ({ status }: Pick<ForgeWrite, 'status'>): boolean =>
  status === 'sent' || status === 'dead';

/** Whether the same has been said last so often, without anything in between, that saying it once more is no use. `writes`: oldest first. */
export function isRepeated(writes: readonly Pick<ForgeWrite, 'payload'>[]): boolean {
  const last = JSON.stringify(writes.at(-1)?.payload);
  const different = writes.findLastIndex(({ payload }) => JSON.stringify(payload) !== last);
  return writes.length - 1 - different > limits.statusRepeats;
}
