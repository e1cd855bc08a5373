/**
 * The pages of the stand-in for GitHub: a pull request as a contributor sees it, live, with buttons for what people do there.
 * They are the demonstration's, on loopback, at a port of their own: the API knows its callers by token, the pages by Origin.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusalOf } from '../../access/request-origin.ts';
import { securityHeaders } from '../../http/security-headers.ts';
import type { Tour } from '../tour/tour.ts';
import { type Answer, notFound, said } from './answer.ts';
import { makeRoutes, pathOf, type Route } from './routes.ts';

export type Pages = {
  /** The visitor's pull request. */
  url: string;
  /** Ends every connection, then waits for what was under way. */
  close(): Promise<void>;
};

/** Serves them on a free port of 127.0.0.1. */
export async function servePages(tour: Tour): Promise<Pages> {
  const routes = await makeRoutes(tour);
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const work = answerTo(routes, request, response)
      // A webhook that Paddock refused is told where the button was pressed.
      .catch((error: Error) => send(response, said(502, error.message)))
      .finally(() => underWay.delete(work));
    underWay.add(work);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${pathOf(tour.yours)}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, ...underWay]);
    },
  };
}

async function answerTo(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume(); // no call here has a body worth reading
  const refusal = refusalOf(originOf(request), { names: [], origins: [] });
  if (refusal) return send(response, said(403, refusal));
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  for (const { method, pattern, answer } of routes) {
    const found = method === request.method ? pattern.exec(path) : null;
    if (!found) continue;
    const given = await answer(found.slice(1), response);
    return given ? send(response, given) : undefined;
  }
  send(response, notFound);
}

const originOf = ({ method, headers }: IncomingMessage) => ({
  method,
  isUpgrade: false,
  host: headers.host,
  origin: headers.origin,
  fetchSite: headers['sec-fetch-site']?.toString(),
});

function send(response: ServerResponse, { status, type, headers, body }: Answer): void {
  response.writeHead(status, { ...securityHeaders, ...(type && { 'content-type': type }), ...headers });
  response.end(body);
}
