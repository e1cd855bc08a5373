/** One request as any program may make it: every header is the caller's, Host and Origin included. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { webhookSecret } from './with-people.ts';

export type Ask = {
  method?: string;
  headers?: Record<string, string>;
  /** Sent with its length, or in chunks of unknown number when it is a list. */
  body?: string | Uint8Array | readonly Uint8Array[];
};

export type Answer = { status: number; headers: IncomingHttpHeaders; text: string };

export async function ask(
  { port }: { port: number },
  path: string,
  { method = 'GET', headers = {}, body }: Ask = {},
): Promise<Answer> {
  const length =
    body === undefined || Array.isArray(body) ? {} : { 'content-length': Buffer.byteLength(body as string) };
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    // The same for all, so that answers that should be the same word for word are.
    headers: { ...length, 'x-request-id': 'of-a-test', ...headers },
    agent: false,
  });
  const answered = once(asked, 'response');
  // A server that refuses need not read to the end; what it has answered counts.
  asked.on('error', () => {});
  if (Array.isArray(body)) for (const chunk of body) asked.write(chunk);
  asked.end(Array.isArray(body) ? undefined : body);
  const [response] = await answered;
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

export const sign = (body: string | Uint8Array, secret = webhookSecret): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** A webhook as GitHub sends it. */
export const webhook = (
  body: string | Uint8Array,
  { id = 'delivery-1', event = 'push' }: { id?: string; event?: string } = {},
): Ask & { headers: Record<string, string> } => ({
  method: 'POST',
  body,
  headers: {
    'content-type': 'application/json',
    'x-github-delivery': id,
    'x-github-event': event,
    'x-hub-signature-256': sign(body),
  },
});
