/** A webhook: verified, stored and acted on as far as possible, answered. */
import * as z from 'zod';
import { refusals } from '#shared/refusals.ts';
import { verifySignature } from '../github/verify-delivery.ts';
import type { Wake, WakeUp } from '../ground/wake.ts';
import type { DeliveryAnswer, PeopleParts } from '../http/parts.ts';
import type { NewDelivery } from '../store/deliveries.ts';

export type ReceiverOptions = {
  /** Null: webhooks are not configured. */
  secrets: readonly string[] | null;
  /** Stores it, and acts on it if possible; answers after the commit. */
  take(delivery: NewDelivery): Promise<Wake[]>;
  wakeUp: WakeUp;
  /** Told of each webhook whether its signature was right: null, or why it was refused. */
  judged?: ((refusal: string | null) => void) | undefined;
};

const deliveryId = /^[\w-]{1,64}$/;
const eventName = /^[a-z0-9_]{1,64}$/;

export function createDeliveryReceiver({
  secrets,
  take,
  wakeUp,
  judged = () => {},
}: ReceiverOptions): PeopleParts['receiveDelivery'] {
  return async ({ id, event, signature }, body) => {
    if (!secrets)
      return refused('webhooks-off', 'webhooks are not configured here (github in the configuration)');
    const refusal = refusalOf(signature, body, secrets);
    // Whoever scans for open doors names no event.
    if (event !== undefined) judged(refusal);
    if (refusal !== null)
      return refused(signature === undefined ? 'webhook-unsigned' : 'webhook-forged', refusal);
    if (!id || !deliveryId.test(id) || !event || !eventName.test(event))
      return refused(
        'webhook-unread',
        'X-GitHub-Delivery or X-GitHub-Event is missing, or is none of GitHub’s',
      );
    const payload = decode(body);
    if (!payload)
      return refused(
        'webhook-unread',
        'the body is not JSON; set the content type of the webhook to application/json',
      );
    const delivery = { id, event, repository: payload.repository, body: payload.text };
    wakeUp(await take(delivery));
    return { status: 202, message: 'stored' };
  };
}

function refusalOf(
  signature: string | undefined,
  body: Uint8Array,
  secrets: readonly string[],
): string | null {
  if (signature === undefined) return 'there is no X-Hub-Signature-256; give the webhook its secret';
  return verifySignature(body, signature, secrets)
    ? null
    : 'the signature does not match (X-Hub-Signature-256)';
}

const refused = (
  code: 'webhooks-off' | 'webhook-unsigned' | 'webhook-forged' | 'webhook-unread',
  message: string,
): DeliveryAnswer => ({ status: refusals[code].status, message, code });

/** Which repository it is about, for the list: a pull request names others as well. */
const aboutOne = z.object({ repository: z.object({ full_name: z.string().max(200) }) });

function decode(body: Uint8Array): { text: string; repository: string | null } | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const about = aboutOne.safeParse(JSON.parse(text));
    return { text, repository: about.data?.repository.full_name ?? null };
  } catch {
    return null; // neither UTF-8 nor JSON: both are the sender's fault and answered alike
  }
}
