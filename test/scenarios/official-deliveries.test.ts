/** The payloads that GitHub's own tool authors publish, over HTTP to a coordinator as an admin runs it. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { deliveryHeaders } from '#coordinator/demo/github-stand-in/deliver.ts';
import { readDelivery } from '#coordinator/github/read-delivery.ts';
import { officialExamples } from '#test/coordinator/github/official-examples.ts';
import type { Fleet } from '#test/support/fleet/fleet.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

type Sent = { id: string; event: string; payload: Record<string, unknown>; status: number };

/** Each of them signed with this secret, in the order in which they are published. */
async function sendAll({ url }: Fleet, secret: string): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const { event, payload } of officialExamples) {
    const id = randomUUID();
    const body = Buffer.from(JSON.stringify(payload));
    const headers = deliveryHeaders(secret, event, id, body);
    const { status } = await fetch(`${url}/hooks/github`, { method: 'POST', headers, body });
    sent.push({ id, event, payload, status });
  }
  return sent;
}

/** No repository of the examples is configured here: nothing of them may be fetched. */
function verdictOf({ event, payload }: Sent): string {
  const { type } = readDelivery(event, payload);
  if (type === 'ping' || type === 'roles-changed') return 'acted-on';
  return type === 'not-acted-on' ? 'not-acted-on' : 'unknown-repository';
}

test(
  'each of the 329 official deliveries is stored, and answered for by the rule; under a wrong signature none is',
  () =>
    withFleet({}, async fleet => {
      const refused = await sendAll(fleet, 'guessed');
      expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([401, 429]));
      expect(await fleet.api.deliveries()).toEqual([]);

      const sent = await sendAll(fleet, 'secret-of-the-hook');
      expect(sent).toHaveLength(329);
      expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([202]));
      const handled = await until('all are handled', async () => {
        const all = await fleet.api.everyDelivery();
        return all.every(({ verdict }) => verdict) && all;
      });
      expect(new Map(handled.map(({ id, verdict }) => [id, verdict]))).toEqual(
        new Map(sent.map(each => [each.id, verdictOf(each)])),
      );
      for (const { note, receipts } of handled) {
        expect(note).not.toBe('');
        expect(receipts).toBe(1);
      }
      expect(await fleet.api.runs()).toEqual([]);
    }),
  60_000,
);
