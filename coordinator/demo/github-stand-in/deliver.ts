/**
 * Sends webhooks the way GitHub does.
 * Source: https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers
 */
import { createHmac, randomUUID } from 'node:crypto';
import { limits } from '#shared/limits.ts';
import { hookId } from './hook-events.ts';
import type { HookEvent } from './records.ts';

export type HookTarget = { url: string; secret: string };

/** One webhook that was sent: enough to send it again, and what came back. */
export type SentDelivery = {
  deliveryId: string;
  event: string;
  /** The exact bytes that were signed. */
  body: Buffer;
  status: number;
  answer: string;
};

/** The value of `X-Hub-Signature-256`. */
export const signatureOf = (secret: string, body: Uint8Array): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

export const deliveryHeaders = (secret: string, event: string, deliveryId: string, body: Uint8Array) => ({
  accept: '*/*',
  'content-type': 'application/json',
  'user-agent': 'GitHub-Hookshot/044aadd',
  'x-github-event': event,
  'x-github-delivery': deliveryId,
  'x-github-hook-id': String(hookId),
  'x-github-hook-installation-target-type': 'repository',
  'x-hub-signature-256': signatureOf(secret, body),
});

async function post(
  { url, secret }: HookTarget,
  { deliveryId, event, body }: Pick<SentDelivery, 'deliveryId' | 'event' | 'body'>,
  signal?: AbortSignal,
): Promise<SentDelivery> {
  const deadline = AbortSignal.timeout(limits.webhookAnswerMs);
  const response = await fetch(url, {
    method: 'POST',
    headers: deliveryHeaders(secret, event, deliveryId, body),
    body: new Uint8Array(body),
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  });
  return { deliveryId, event, body, status: response.status, answer: await response.text() };
}

/**
 * Signs and posts one event. Any answer is a result; only a receiver that cannot be reached or does not answer within
 * GitHub's ten seconds makes it throw (`TypeError` or `TimeoutError` of `fetch`). GitHub does not try again by itself.
 */
export function deliver(
  target: HookTarget,
  { event, payload }: Pick<HookEvent, 'event' | 'payload'>,
  options: { deliveryId?: string; signal?: AbortSignal } = {},
): Promise<SentDelivery> {
  const body = Buffer.from(JSON.stringify(payload));
  return post(target, { deliveryId: options.deliveryId ?? randomUUID(), event, body }, options.signal);
}

/** The button "Redeliver": the same bytes under the same delivery id. */
export const redeliver = (
  target: HookTarget,
  sent: Pick<SentDelivery, 'deliveryId' | 'event' | 'body'>,
  options: { signal?: AbortSignal } = {},
): Promise<SentDelivery> => post(target, sent, options.signal);
