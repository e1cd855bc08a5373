import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { deliver, redeliver, signatureOf } from '#coordinator/demo/github-stand-in/deliver.ts';
import { readDelivery } from '#coordinator/github/read-delivery.ts';
import { verifySignature } from '#coordinator/github/verify-delivery.ts';
import { officialExamples } from '#test/coordinator/github/official-examples.ts';

type Received = { headers: IncomingHttpHeaders; body: Buffer; isGenuine: boolean };

const secret = 'webhook secret';
let received: Received[];
let receiver: Server;
let url: string;

/** The smallest receiver: takes the raw bytes, checks the signature, answers. */
beforeEach(async () => {
  received = [];
  receiver = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const signature = request.headers['x-hub-signature-256'];
    const isGenuine = verifySignature(body, String(signature), [secret]);
    received.push({ headers: request.headers, body, isGenuine });
    response.writeHead(isGenuine ? 202 : 401).end(isGenuine ? 'stored' : 'no');
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hooks/github`;
});
afterEach(() => {
  receiver.close();
  receiver.closeAllConnections();
});

test('a delivery looks like one of GitHub', async () => {
  const sent = await deliver(
    { url, secret },
    { event: 'push', payload: { zen: 'é☃😀' } },
    { deliveryId: 'd-1' },
  );
  expect(sent).toMatchObject({ deliveryId: 'd-1', event: 'push', status: 202, answer: 'stored' });
  expect(received[0]?.body.toString()).toBe('{"zen":"é☃😀"}');
  expect(received[0]?.headers).toMatchObject({
    'user-agent': expect.stringMatching(/^GitHub-Hookshot\/[0-9a-f]+$/),
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': 'd-1',
    'x-github-hook-id': expect.stringMatching(/^\d+$/),
    'x-hub-signature-256': signatureOf(secret, received[0]?.body ?? Buffer.alloc(0)),
  });
});

test('each delivery has an id of its own; a redelivery repeats id and bytes', async () => {
  const event = { event: 'ping', payload: { zen: 'Keep it simple.' } };
  const first = await deliver({ url, secret }, event);
  const second = await deliver({ url, secret }, event);
  const again = await redeliver({ url, secret }, first);
  expect(first.deliveryId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-/);
  expect(second.deliveryId).not.toBe(first.deliveryId);
  expect(again.deliveryId).toBe(first.deliveryId);
  expect(received[2]?.body).toEqual(received[0]?.body);
});

test('a wrong secret is an answer like any other, a receiver that is gone is an error', async () => {
  const event = { event: 'ping', payload: {} };
  expect((await deliver({ url, secret: 'other' }, event)).status).toBe(401);
  receiver.close();
  receiver.closeAllConnections();
  await expect(deliver({ url, secret }, event)).rejects.toThrow();
});

test('all 329 official examples arrive signed, are genuine and read as they did before the journey', async () => {
  for (const { event, payload } of officialExamples) await deliver({ url, secret }, { event, payload });
  expect(received).toHaveLength(329);
  for (const [index, { headers, body, isGenuine }] of received.entries()) {
    expect(isGenuine).toBe(true);
    const event = String(headers['x-github-event']);
    expect(readDelivery(event, JSON.parse(body.toString()))).toEqual(
      readDelivery(event, officialExamples[index]?.payload),
    );
  }
});
