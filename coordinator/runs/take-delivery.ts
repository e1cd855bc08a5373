/** A delivery as it comes: stored, and acted on in the same transaction where that is possible. */
import { limits } from '#shared/limits.ts';
import type { Wake } from '../ground/wake.ts';
import { closeDelivery, type NewDelivery, receiveDelivery } from '../store/deliveries.ts';
import { StoreError } from '../store/errors.ts';
import { assertRole } from '../store/roles.ts';
import type { Tx } from '../store/store.ts';
import type { ForgeIntent } from './forge-intent.ts';
import { actOn, type IntakeParts } from './intake.ts';

/** What cannot be known inside of a transaction: the forge would have to be asked. */
class AsksForge extends Error {
  override readonly name = 'AsksForge';
}

/**
 * Takes deliveries; each answers what to hasten. To act at once is one commit less between a webhook and its step. Whatever
 * a delivery means, it is stored: what could not be done at once the loop does, or shows why not. In a burst most are only
 * stored: the one writer has more to do.
 */
export function createDeliveryTaker(parts: IntakeParts): (delivery: NewDelivery) => Promise<Wake[]> {
  let underWay = 0;

  async function takeAtOnce(delivery: NewDelivery): Promise<Wake[]> {
    const intent = parts.readDelivery(delivery.event, delivery.body);
    return parts.store.write(async tx => {
      await receiveDelivery(tx, delivery, parts.now());
      return (await handleAtOnce(parts, tx, delivery.id, intent)) ?? later;
    });
  }

  async function keep(delivery: NewDelivery): Promise<Wake[]> {
    await parts.store.write(tx => receiveDelivery(tx, delivery, parts.now()));
    return later;
  }

  return async delivery => {
    if (underWay >= limits.deliveriesAtOnce) return keep(delivery);
    underWay += 1;
    try {
      return await takeAtOnce(delivery);
    } catch (error) {
      // Nothing is stored yet. A database that fails says so when it is asked again; anything else is a bug.
      if (!(error instanceof StoreError))
        parts.report.error(
          { err: error, delivery: delivery.id },
          `delivery ${delivery.id} could not be acted on at once; it is tried again`,
        );
      return await keep(delivery);
    } finally {
      underWay -= 1;
    }
  };
}

const later: Wake[] = [{ type: 'intake' }];

/** @returns null when it is for the loop. */
async function handleAtOnce(
  parts: IntakeParts,
  tx: Tx,
  id: NewDelivery['id'],
  intent: ForgeIntent,
): Promise<Wake[] | null> {
  // Also where nothing is to be done: another brain may know the repository.
  await assertRole(tx, parts.role);
  const store = {
    ...parts.store,
    read: tx,
    write: <Result>(change: (tx: Tx) => Promise<Result>) => change(tx),
  };
  const askForge = () => Promise.reject(new AsksForge());
  try {
    const { verdict, note, wakes } = await actOn(
      { ...parts, store, currentPull: askForge, mayWrite: askForge, isTeamMember: askForge },
      intent,
    );
    await closeDelivery(tx, id, verdict, note);
    return wakes;
  } catch (error) {
    // Until then no more has been written than that the repository is known.
    if (error instanceof AsksForge) return null;
    throw error;
  }
}
