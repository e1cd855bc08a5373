/** Deliveries as they come in a bad week: again after no answer, in any order, and again for no reason. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { deliver, redeliver, type SentDelivery } from '#coordinator/demo/github-stand-in/deliver.ts';
import type { HookEvent } from '#coordinator/demo/github-stand-in/records.ts';
import { between, pick, randomFrom, shuffled } from '#test/support/random.ts';
import { until } from '#test/support/until.ts';
import type { Life } from './life.ts';

const target = ({ fleet }: Life) => ({ url: `${fleet.url}/hooks/github`, secret: 'secret-of-the-hook' });
const patience = { timeoutMs: 150_000, everyMs: 250 };

const accepted = (sending: () => Promise<SentDelivery>): Promise<SentDelivery> =>
  until(
    'a delivery is accepted',
    async () => {
      const sent = await sending();
      return sent.status === 202 && sent;
    },
    patience,
  );

/** What is not accepted is sent again under the same id, as an admin does with GitHub's button. */
export async function mail(life: Life, events: readonly HookEvent[]): Promise<void> {
  const order = life.plan.mail.isShuffled ? shuffled(life.random, events) : events;
  for (const event of order) {
    const deliveryId = randomUUID();
    life.sent.push(await accepted(() => deliver(target(life), event, { deliveryId })));
  }
}

/** While the life goes on: any delivery that was accepted comes once more. */
export async function repeatMail(life: Life): Promise<void> {
  const random = randomFrom(life.plan.seed + 1);
  for (let count = 0; count < life.plan.mail.repeats; count++) {
    await pause(between(random, 200, 2_000));
    if (life.sent.length === 0) continue;
    const again = pick(random, life.sent);
    await accepted(() => redeliver(target(life), again));
  }
}
