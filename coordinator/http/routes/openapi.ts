/** The document of the API. Put together when it is first asked for, as nobody needs it to start. */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { everybody } from '../guard.ts';
import type { DescribedRoute } from '../openapi/describe-route.ts';
import { operationOf } from '../openapi/operations.ts';

const url = '/api/openapi.json';

/** Before the routes that it tells of. One of the API that nobody describes is not built. */
export function addOpenApi(app: FastifyInstance): void {
  const routes: DescribedRoute[] = [];
  app.addHook('onRoute', ({ method, url, schema = {}, config }) => {
    for (const each of [method].flat()) {
      if (each === 'HEAD') continue;
      const operation = operationOf(each, url);
      if (!operation && url.startsWith('/api/'))
        throw new Error(`the route ${each} ${url} has no line among the operations of the API`);
      if (operation && config?.needs)
        routes.push({ method: each, url, needs: config.needs, schema, operation });
    }
  });

  let made: Promise<{ text: string; etag: string }> | null = null;
  app.get(
    url,
    { config: everybody('it is the same on every coordinator of this version') },
    async (request, reply) => {
      made ??= makeDocument(routes);
      const { text, etag } = await made;
      reply.header('etag', etag).header('cache-control', 'public, no-cache');
      if (request.headers['if-none-match']?.split(',').some(each => each.trim().replace(/^W\//, '') === etag))
        return reply.code(304).send();
      return reply.type('application/json; charset=utf-8').send(text);
    },
  );
}

async function makeDocument(routes: readonly DescribedRoute[]): Promise<{ text: string; etag: string }> {
  const { openApiDocument } = await import('../openapi/document.ts');
  const text = JSON.stringify(openApiDocument(routes));
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"` };
}
