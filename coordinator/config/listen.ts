/** `listen`: where a coordinator is reached, and by what. */
import * as z from 'zod';
import { listenerName, listenerNames } from '#shared/tls.ts';

const address = z
  .string()
  .regex(
    /^(?:[\w.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/,
    'expected host:port such as 127.0.0.1:7070 (port 0: any free one)',
  )
  .transform(text => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, 'a port is at most 65535')
  .meta({ title: 'host:port' });

export const listen = z
  .strictObject({
    people: address.prefault('127.0.0.1:7070').describe('pages, API and webhooks'),
    machines: address.prefault('127.0.0.1:7071').describe('what machines reach: enrolment, source, uploads'),
    nats: address
      .prefault('127.0.0.1:0')
      .describe('the embedded nats-server; port 0: a free one, and the same at every start'),
    tls: z
      .union([z.boolean(), z.array(listenerName)])
      .default(false)
      .describe(
        'which of these speak TLS, by the certificates of `paddock tls`; `true`: all; see docs/tls.md',
      ),
    'plain-text': z
      .array(listenerName)
      .default([])
      .describe(
        'which of these may speak plain text on an address that other computers reach; counts only with `paddock up --plain-text-on-public-addresses`',
      ),
  })
  .prefault({});

/** Addresses, and which of them speak what. */
export function listening({ tls, 'plain-text': plainText, ...addresses }: z.output<typeof listen>) {
  const speaking = tls === true ? [...listenerNames] : tls || [];
  return { listen: addresses, tls: speaking, plainText };
}
