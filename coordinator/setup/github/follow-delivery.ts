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

/** What may be sent once more: nothing; a ping, which asks for nothing; or else a push or a pull request too. */
export type Repeat = 'none' | 'ping' | 'any';

/** A push or a pull request does no harm a second time; a button or a "Re-run" would be pressed again. Null: none is listed. */
export function repeatable(deliveries: readonly DeliveryFacts[], repeat: Repeat): DeliveryFacts | null {
  if (repeat === 'none') return null;
  const ping = deliveries.find(({ event }) => event === 'ping');
  const isHarmless = ({ event }: DeliveryFacts) => event === 'push' || event === 'pull_request';
  return ping ?? (repeat === 'any' ? deliveries.find(isHarmless) : null) ?? null;
}

/**
 * The newest delivery; what `repeat` allows is sent once more for it, and listed like any other. Null: nothing was ever
 * sent, or GitHub has forgotten it. Throws `ForgeError`, or the signal's reason.
 */
export async function newestDelivery(
  calls: AppCalls,
  { repeat, signal }: { repeat: Repeat; signal?: AbortSignal | undefined },
): Promise<Followed | null> {
  const before = await calls.deliveries();
  const chosen = repeatable(before, repeat);
  const again = chosen ? await repeated(calls, chosen, before, signal) : null;
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
