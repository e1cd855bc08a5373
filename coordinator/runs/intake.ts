/**
 * Stored deliveries → changes and runs, as far as `take-delivery.ts` has left them. Level-triggered over delivery rows: a
 * redelivery is handled again and changes nothing that is already so; a failure is tried again with back-off and stays
 * visible on the delivery.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Wake } from '../ground/wake.ts';
import {
  closeDelivery,
  type Delivery,
  giveUpDelivery,
  listOpenDeliveries,
  nextDeliveryAt,
  postponeDelivery,
} from '../store/deliveries.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store } from '../store/store.ts';
import { receiveChange } from './changes.ts';
import { closeChange } from './closes.ts';
import { receiveComment } from './comments.ts';
import type { ForgeIntent } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled, notActed } from './intake-ports.ts';
import { endMergeGroup, receiveMergeGroup } from './merge-groups.ts';
import { receivePress } from './pressed-buttons.ts';
import { receivePush } from './pushes.ts';
import { rerunRequested } from './reruns.ts';
import { changeRoles } from './roles-changed.ts';
import { touchPull } from './touches.ts';
import { changeVisibility } from './visibility.ts';

export type IntakeParts = ChangeParts & {
  store: Store;
  role: Role;
  readDelivery(event: string, body: string): ForgeIntent;
  wakeUp(wakes: Wake[]): void;
  report: { error(fields: object, message: string): void };
  now: () => Instant;
};

const deliveriesPerTick = 100;

/** One tick. @returns in how many ms the next postponed delivery is due, null when none waits. */
export async function handleDeliveries(parts: IntakeParts, signal: AbortSignal): Promise<number | null> {
  const closings: Promise<void>[] = [];
  const open = await listOpenDeliveries(parts.store.read, parts.now(), deliveriesPerTick);
  for (const group of inGroups(open)) {
    if (signal.aborted) break;
    closings.push(...(await Promise.all(group.map(delivery => handleDelivery(parts, delivery)))).flat());
  }
  await Promise.all(closings);
  if (signal.aborted) return null;
  const nextAt = await nextDeliveryAt(parts.store.read);
  return nextAt === null ? null : Math.max(0, nextAt - parts.now());
}

/** Pushes in a row are acted on beside each other, and share commits; what is said of pull requests comes in its order. */
function inGroups(deliveries: readonly Delivery[]): Delivery[][] {
  const groups: Delivery[][] = [];
  for (const delivery of deliveries) {
    const last = groups.at(-1);
    if (last && delivery.event === 'push' && last[0]?.event === 'push') last.push(delivery);
    else groups.push([delivery]);
  }
  return groups;
}

/**
 * Acts, then closes the delivery while the next one is acted on. What was done goes on meanwhile: a delivery that is not
 * closed is only acted on again. @returns what is under way; it is tried again when it fails.
 */
async function handleDelivery(parts: IntakeParts, delivery: Delivery): Promise<Promise<void>[]> {
  try {
    const { verdict, note, wakes } = await actOn(parts, parts.readDelivery(delivery.event, delivery.body));
    parts.wakeUp(wakes);
    const closed = parts.store.write(async tx => {
      await assertRole(tx, parts.role);
      await closeDelivery(tx, delivery.id, verdict, note);
    });
    const closing = closed.catch(error => postpone(parts, delivery, error));
    closing.catch(() => {}); // the tick awaits it at its end, and reports it
    return [closing];
  } catch (error) {
    await postpone(parts, delivery, error);
    return [];
  }
}

async function postpone(
  { store, role, now }: IntakeParts,
  { id, tries: before }: Delivery,
  error: unknown,
): Promise<void> {
  const tries = before + 1;
  const note = error instanceof Error ? error.message : String(error);
  const retryAt = now() + Math.min(limits.retryFirstMs * 2 ** before, limits.retryMaxMs);
  await store.write(async tx => {
    await assertRole(tx, role);
    if (tries < limits.deliveryTries) return postponeDelivery(tx, id, tries, retryAt, note);
    return giveUpDelivery(tx, id, `given up after ${tries} tries: ${note}; redeliver it on GitHub`);
  });
}

/** Does what an intent asks for. @throws when that failed, or the forge had to be asked and does not answer */
export async function actOn(parts: IntakeParts, intent: ForgeIntent): Promise<Handled> {
  switch (intent.type) {
    case 'ping':
      return acted('GitHub reaches this coordinator');
    case 'malformed':
      return { verdict: 'malformed', note: intent.message, wakes: [] };
    case 'not-acted-on':
      return notActed(intent.why);
    case 'visibility-changed':
      return changeVisibility(parts, intent.repository);
    case 'roles-changed':
      return changeRoles(parts, intent);
    case 'pull-changed':
      return receiveChange(parts, intent);
    case 'pull-closed':
      return closeChange(parts, intent);
    case 'push':
      return receivePush(parts, intent);
    case 'rerun-requested':
      return rerunRequested(parts, intent);
    case 'button-pressed':
      return receivePress(parts, intent);
    case 'pull-touched':
      return touchPull(parts, intent);
    case 'commented':
      return receiveComment(parts, intent);
    case 'merge-group':
      return receiveMergeGroup(parts, intent);
    case 'merge-group-ended':
      return endMergeGroup(parts, intent);
  }
}
