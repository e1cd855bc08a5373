/** Carries API requests over HTTP on loopback. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { limits } from '#shared/limits.ts';
import { type ApiAnswer, type ApiRequest, refused } from './api-answer.ts';

export type Listener = {
  server: Server;
  port: number;
  /** Ends every connection, then resolves when every answer under way has been given up or sent. */
  close: () => Promise<void>;
};

/** Null when the body is larger than any call of the API needs. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= limits.apiBodyBytes) chunks.push(chunk);
  }
  return bytes > limits.apiBodyBytes ? null : Buffer.concat(chunks);
}

function parse(body: Buffer, type: string): { body: unknown } | null {
  if (body.length === 0) return { body: undefined };
  if (type.startsWith('application/x-www-form-urlencoded'))
    return { body: Object.fromEntries(new URLSearchParams(body.toString('utf8'))) };
  try {
    return { body: JSON.parse(body.toString('utf8')) };
  } catch {
    return null; // the caller answers 400, as GitHub does
  }
}

async function answerTo(
  incoming: IncomingMessage,
  answer: (request: ApiRequest) => Promise<ApiAnswer>,
): Promise<ApiAnswer> {
  const body = await readBody(incoming);
  if (!body) return refused(413, 'Payload Too Large');
  const parsed = parse(body, incoming.headers['content-type'] ?? '');
  if (!parsed) return refused(400, 'Problems parsing JSON');
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?', 2);
  // An Enterprise server has its API below a path of its own.
  return answer({
    method: incoming.method ?? 'GET',
    path: path.replace(/^\/api\/v3(?=\/)/, ''),
    query: new URLSearchParams(query),
    headers: incoming.headers,
    body: parsed.body,
  });
}

function send(response: ServerResponse, { status, body, headers = {} }: ApiAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  const isPage = String(headers['content-type'] ?? '').startsWith('text/html');
  response.end(body === undefined ? undefined : isPage ? body : JSON.stringify(body));
}

/**
 * Listens on 127.0.0.1; port 0 takes a free one. An `answer` that throws closes the connection of its request without an
 * answer.
 */
export async function listen(
  answer: (request: ApiRequest) => Promise<ApiAnswer>,
  port = 0,
): Promise<Listener> {
  const underWay = new Set<Promise<void>>();
  const server = createServer((incoming, response) => {
    const work: Promise<void> = answerTo(incoming, answer)
      .then(
        given => send(response, given),
        () => void response.destroy(), // the client is gone, or the answer was never to come
      )
      .finally(() => underWay.delete(work));
    underWay.add(work);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    server,
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, ...underWay]);
    },
  };
}
