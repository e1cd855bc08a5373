/** Lets GitHub send a webhook once more, and waits for what comes of it: the one proof that address and secret are right. */
import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '#shared/limits.ts';
import type { AppCalls, DeliveryFacts } from '../../github/app-calls.ts';

export type Followed = {
  delivery: DeliveryFacts;
  answer: string | null;
  /** Whether it was sent just now. */
  isNew: boolean;
};

/**
 * The newest delivery; with `mayRepeat` a ping is sent once more for it, which asks for nothing and is listed like any
 * other. Null: nothing was ever sent. Throws `ForgeError`, or the signal's reason.
 */
export async function newestDelivery(
  calls: AppCalls,
  { mayRepeat, signal }: { mayRepeat: boolean; signal?: AbortSignal | undefined },
): Promise<Followed | null> {
  const before = await calls.deliveries();
  const ping = mayRepeat ? before.find(({ event }) => event === 'ping') : undefined;
  const again = ping ? await repeated(calls, ping, before, signal) : null;
  const delivery = again ?? before[0];
  if (!delivery) return null;
  return { delivery, answer: await calls.answerTo(delivery.id), isNew: again !== null };
}

/** Null when GitHub does not list it in time. */
async function repeated(
  calls: AppCalls,
  { id, guid }: DeliveryFacts,
  before: readonly DeliveryFacts[],
  signal: AbortSignal | undefined,
): Promise<DeliveryFacts | null> {
  const known = new Set(before.map(({ id }) => id));
  await calls.redeliver(id);
  const until = performance.now() + limits.githubRedeliveryMs;
  while (performance.now() < until) {
    const found = (await calls.deliveries()).find(each => each.guid === guid && !known.has(each.id));
    if (found) return found;
    await pause(limits.githubRedeliveryPollMs, undefined, { signal });
  }
  return null;
}
