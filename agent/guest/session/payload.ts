/** JSON in UTF-8, checked by the contract's schemas: what travels in a NATS message. */
import type { z } from 'zod';
import { RequestFailed } from '../errors.ts';

export const toPayload = (message: object): Uint8Array => Buffer.from(JSON.stringify(message));

/** The message, or `RequestFailed` that names what is wrong with it: a stranger's answer is no answer. */
export function fromPayload<Schema extends z.ZodType>(schema: Schema, payload: Uint8Array): z.output<Schema> {
  const parsed = schema.safeParse(parseJson(payload));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RequestFailed(`not a message of this protocol: ${issue?.path.join('.')}: ${issue?.message}`, {
    cause: parsed.error,
  });
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return null;
  }
}
