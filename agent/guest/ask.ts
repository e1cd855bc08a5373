import { Agent, type IncomingMessage, request as overHttp } from 'node:http';
import { routeTo, type Way } from '../credentials/route.ts';

export type Question = {
  method?: 'GET' | 'PUT';
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array;
  way: Way;
  signal: AbortSignal;
};

const pool = { keepAlive: true, maxFreeSockets: 2 };
const plain = new Agent(pool);
let secure: Agent | null = null;

/**
 * One request to the coordinator; resolves with the head of its answer, whose body has to be read to its end. By `node:http`,
 * for `fetch` asks only where an address says. Redirects are answers, never followed. Rejects with the system's error, or
 * with an `AbortError` whose cause is the signal's reason.
 */
export async function ask(url: string, question: Question): Promise<IncomingMessage> {
  const { method = 'GET', headers, body, way, signal } = question;
  const address = new URL(url);
  const route = await routeTo(address, way);
  const { request, agent } =
    address.protocol === 'https:' ? await overTls() : { request: overHttp, agent: plain };
  return new Promise((resolve, reject) => {
    const options = { ...route, method, agent, signal, headers: { ...route.headers, ...headers } };
    const sent = request(address, options, resolve);
    // Every time: a server that refuses may hang up while it is still being told.
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Loaded where there is TLS. */
async function overTls() {
  const https = await import('node:https');
  secure ??= new https.Agent(pool);
  return { request: https.request, agent: secure };
}
