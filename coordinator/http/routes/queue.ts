/** The queue under /api/v1: what waits, and why. Everybody sees what waits of public repositories. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { queueQuery, queueView } from '#shared/queue-api.ts';
import { whatIsSeen } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';

export function addQueueRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/api/v1/queue',
    { config: whatIsSeen, schema: { querystring: queueQuery, response: { 200: queueView } } },
    async request => parts.queue(request.query, request.actor),
  );
}
