/** A coordinator that answers what a test tells it to, over real HTTP and WebSockets. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A JSON body, bytes, or a refusal. */
type Answer = { body: unknown } | { bytes: Uint8Array | string } | { status: number; body: unknown };
export type Script = {
  /** By method and path without the query: `GET /api/v1/runs`. */
  answers?: Record<string, (url: URL, body: unknown) => Answer>;
  /** By path: what happens on a connection. */
  sockets?: Record<string, (socket: WebSocket, url: URL) => void>;
};

export type Asked = { line: string; authorization: string | undefined; body: unknown };
export type ScriptedCoordinator = { url: string; asked: Asked[]; close(): Promise<void> };

export async function scriptedCoordinator(script: Script): Promise<ScriptedCoordinator> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const line = `${request.method} ${url.pathname}${url.search}`;
    asked.push({ line, authorization: request.headers.authorization, body });
    const answer = script.answers?.[`${request.method} ${url.pathname}`]?.(url, body);
    const { status, type, bytes } = written(answer);
    response.writeHead(status, { 'content-type': type }).end(bytes);
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const act = script.sockets?.[url.pathname];
    if (!act) return socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
    asked.push({
      line: `WS ${url.pathname}${url.search}`,
      authorization: request.headers.authorization,
      body: null,
    });
    sockets.handleUpgrade(request, socket, head, client => act(client, url));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? null : JSON.parse(text);
}

function written(answer: Answer | undefined): { status: number; type: string; bytes: Uint8Array | string } {
  if (!answer)
    return written({
      status: 404,
      body: { type: 'about:blank', title: 'Not found', status: 404, detail: 'there is nothing here' },
    });
  if ('bytes' in answer) return { status: 200, type: 'text/plain', bytes: answer.bytes };
  const status = 'status' in answer ? answer.status : 200;
  return { status, type: 'application/json', bytes: JSON.stringify(answer.body) };
}

export const refusal = (status: number, detail: string, hint?: string) => ({
  status,
  body: { type: 'about:blank', title: 'No', status, detail, ...(hint ? { hint } : {}) },
});
