/** A comment of ours on a pull request, into the outbox. */
import type { Instant } from '#shared/ids.ts';
import type { Wake } from '../ground/wake.ts';
import { addWrite, findLastWrite, type WriteKey } from '../store/forge-writes.ts';
import type { Tx } from '../store/store.ts';

/** There is one of each context; a text that is there, or on its way, is not written again. */
export async function addComment(
  tx: Tx,
  where: Pick<WriteKey, 'repository' | 'subject' | 'context'>,
  body: string,
  at: Instant,
): Promise<Wake[]> {
  const key = { kind: 'comment', ...where } as const;
  const last = await findLastWrite(tx, key);
  const isOnItsWay = last?.status === 'pending' || last?.status === 'sent';
  if (isOnItsWay && last.payload.body === body) return [];
  await addWrite(tx, { ...key, payload: { body }, priority: 1 }, at);
  return [{ type: 'outbox' }];
}
