/** What is asked to be merged, what is tested with what, and asking for it. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { done } from '#shared/api.ts';
import { askMerge, mergingView, withdrawMerge } from '#shared/merge-api.ts';
import type { PeopleParts } from '../parts.ts';
import { acted, requireAdmin } from './refusals.ts';

export function addMergingRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const mustBeAdmin = requireAdmin(parts);

  app.get('/api/v1/merges', { schema: { response: { 200: mergingView } } }, async request =>
    parts.merging(parts.access.readerOf(request.raw)),
  );
  app.post(
    '/api/v1/merges',
    {
      onRequest: async request => mustBeAdmin(request),
      schema: { body: askMerge, response: { 200: done } },
    },
    async request => {
      const { repository, number } = request.body;
      return acted(
        await parts.askMerge(request.body),
        `${repository}#${number} is merged when nothing stands against it`,
      );
    },
  );
  app.post(
    '/api/v1/merges/withdraw',
    {
      onRequest: async request => mustBeAdmin(request),
      schema: { body: withdrawMerge, response: { 200: done } },
    },
    async request => {
      const { repository, number } = request.body;
      return acted(await parts.withdrawMerge(request.body), `${repository}#${number} is not merged`);
    },
  );
}
