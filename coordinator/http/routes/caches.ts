/** Which caches are kept, and dropping some. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { done } from '#shared/api.ts';
import { cacheFilter, cachesView, dropCachesRequest } from '#shared/cache-api.ts';
import { needs, whatIsSeen } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';

export function addCacheRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/api/v1/caches',
    { config: whatIsSeen, schema: { querystring: cacheFilter, response: { 200: cachesView } } },
    async request => parts.caches(request.query, request.actor),
  );
  app.post(
    '/api/v1/caches/drop',
    {
      config: needs('drop-caches', 'repository'),
      schema: { body: dropCachesRequest, response: { 200: done } },
    },
    async request => {
      const count = await parts.dropCaches(request.body);
      const what = count === 1 ? '1 cache' : `${count} caches`;
      return { message: `${what} of ${request.body.repository} dropped; the next jobs run without` };
    },
  );
}
