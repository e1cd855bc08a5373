/**
 * Whether a webhook comes from somebody who knows the secret.
 * Source: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const shape = /^sha256=([0-9a-f]{64})$/;

/**
 * True when `header` (`X-Hub-Signature-256`) is the HMAC-SHA-256 of exactly these bytes under one of the secrets; two are
 * valid while one replaces the other. Takes the same time for every wrong signature. A missing, shortened, upper-case or
 * SHA-1 signature is false, an empty secret matches nothing, and nothing throws.
 */
export function verifySignature(
  rawBody: Uint8Array,
  header: string | undefined,
  secrets: readonly string[],
): boolean {
  const [, hex] = shape.exec(header ?? '') ?? [];
  if (hex === undefined) return false;
  const shown = Buffer.from(hex, 'hex');
  const matches = secrets
    .filter(secret => secret !== '')
    .map(secret => timingSafeEqual(shown, createHmac('sha256', secret).update(rawBody).digest()));
  return matches.includes(true);
}
