/** What is told of the signatures of webhooks, for whoever looks whether they arrive. */
import { expect, test } from 'vitest';
import { signatureOf } from '#coordinator/demo/github-stand-in/deliver.ts';
import { createDeliveryReceiver } from '#coordinator/wiring/receive-delivery.ts';

const body = Buffer.from('{}');
const signature = signatureOf('secret', body);

test('each webhook is judged by its signature; who names no event is nobody that GitHub has sent', async () => {
  const judged: (string | null)[] = [];
  const receive = createDeliveryReceiver({
    secrets: ['secret'],
    take: async () => [],
    wakeUp() {},
    judged: refusal => void judged.push(refusal),
  });
  const ping = { id: 'a', event: 'ping' };
  expect(await receive({ ...ping, signature: signatureOf('other', body) }, body)).toMatchObject({
    status: 401,
  });
  expect(await receive({ ...ping, signature: undefined }, body)).toMatchObject({ status: 401 });
  expect(await receive({ ...ping, signature }, body)).toMatchObject({ status: 202 });
  expect(await receive({ id: undefined, event: undefined, signature: 'sha256=00' }, body)).toMatchObject({
    status: 401,
  });
  expect(judged).toEqual([
    'the signature does not match (X-Hub-Signature-256)',
    'there is no X-Hub-Signature-256; give the webhook its secret',
    null,
  ]);
});
