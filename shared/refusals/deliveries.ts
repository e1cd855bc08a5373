/** Webhooks. */
import type { Refusal } from './refusal.ts';

export const deliveryRefusals = {
  'webhook-unsigned': {
    status: 401,
    means: 'a webhook without X-Hub-Signature-256',
    todo: 'give the webhook its secret',
  },
  'webhook-forged': {
    status: 401,
    means: 'the signature of a webhook does not match',
    todo: 'compare the secret of the webhook with the configuration: paddock github check',
  },
  'webhook-unread': {
    status: 400,
    means: 'a webhook without the headers of GitHub, or whose body is not JSON',
    todo: 'set the content type of the webhook to application/json',
  },
  'webhooks-off': {
    status: 503,
    means: 'webhooks are not configured here',
    todo: '`github` in the configuration',
  },
} as const satisfies Record<string, Refusal>;
