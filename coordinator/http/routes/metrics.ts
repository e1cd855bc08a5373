/** Numbers for Prometheus. The text has no name of a repository in it; still it is for whoever has a role everywhere. */
import type { FastifyInstance } from 'fastify';
import { needs } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';

export function addMetricsRoutes(app: FastifyInstance, { metrics }: Pick<PeopleParts, 'metrics'>): void {
  app.get('/metrics', { config: needs('see-metrics') }, async (_, reply) => {
    const { contentType, text } = await metrics();
    return reply.header('content-type', contentType).send(text);
  });
}
