/**
 * Stored deliveries → changes and runs. Level-triggered over delivery rows: a redelivery is handled again and changes
 * nothing that is already so; a failure is tried again with back-off and stays visible on the delivery.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import {
  closeDelivery,
  type Delivery,
  listOpenDeliveries,
  nextDeliveryAt,
  postponeDelivery,
} from '../store/deliveries.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import { closeChange, receiveChange, rerunRequested } from './changes.ts';
import type { ForgeIntent } from './forge-intent.ts';
import type { ChangeParts, Handled } from './intake-ports.ts';
import { receivePush } from './pushes.ts';

export type IntakeParts = ChangeParts & {
  store: Store;
  role: Role;
  readDelivery(event: string, body: string): ForgeIntent;
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

const deliveriesPerTick = 100;

/** One tick. @returns in how many ms the next postponed delivery is due, null when none waits. */
export async function handleDeliveries(parts: IntakeParts, signal: AbortSignal): Promise<number | null> {
  for (const delivery of await listOpenDeliveries(parts.store.read, parts.now(), deliveriesPerTick)) {
    if (signal.aborted) return null;
    await handleDelivery(parts, delivery, signal);
  }
  const nextAt = await nextDeliveryAt(parts.store.read);
  return nextAt === null ? null : Math.max(0, nextAt - parts.now());
}

async function handleDelivery(parts: IntakeParts, delivery: Delivery, signal: AbortSignal): Promise<void> {
  try {
    const { verdict, note, wakes } = await actOn(parts, delivery, signal);
    await parts.store.write(async tx => {
      await assertRole(tx, parts.role);
      await closeDelivery(tx, delivery.id, verdict, note);
    });
    parts.wakeUp(wakes);
  } catch (error) {
    if (signal.aborted) return;
    await postpone(parts, delivery, error);
  }
}

async function postpone({ store, now }: IntakeParts, delivery: Delivery, error: unknown): Promise<void> {
  const tries = delivery.tries + 1;
  const note = error instanceof Error ? error.message : String(error);
  await store.write(tx =>
    tries >= limits.deliveryTries
      ? closeDelivery(
          tx,
          delivery.id,
          'failed',
          `given up after ${tries} tries: ${note}; redeliver it on GitHub`,
        )
      : postponeDelivery(
          tx,
          delivery.id,
          tries,
          now() + Math.min(limits.retryFirstMs * 2 ** delivery.tries, limits.retryMaxMs),
          note,
        ),
  );
}

async function actOn(parts: IntakeParts, delivery: Delivery, signal: AbortSignal): Promise<Handled> {
  const intent = parts.readDelivery(delivery.event, delivery.body);
  switch (intent.type) {
    case 'ping':
      return { verdict: 'acted-on', note: 'GitHub reaches this coordinator', wakes: [] };
    case 'malformed':
      return { verdict: 'malformed', note: intent.message, wakes: [] };
    case 'not-acted-on':
      return { verdict: 'not-acted-on', note: intent.why, wakes: [] };
    case 'pull-changed':
      return receiveChange(parts, intent, signal);
    case 'pull-closed':
      return closeChange(parts, intent);
    case 'push':
      return receivePush(parts, intent);
    case 'rerun-requested':
      return rerunRequested(parts, intent);
  }
}
