/** What is asked to be merged, what is tested with what, and asking for it. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { done } from '#shared/api.ts';
import { runId } from '#shared/ids.ts';
import { askMerge, mergeStanding, mergingView, withdrawMerge } from '#shared/merge-api.ts';
import { needs, whatIsSeen } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';
import { acted, found } from './refusals.ts';

export function addMergingRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/api/v1/merges',
    { config: whatIsSeen, schema: { response: { 200: mergingView } } },
    async request => parts.merging(request.actor),
  );
  app.get(
    '/api/v1/runs/:id/merge',
    {
      config: needs('merge', 'run'),
      schema: { params: z.object({ id: runId }), response: { 200: mergeStanding } },
    },
    async request => found(await parts.mergeStanding(request.params.id), 'run'),
  );
  app.post(
    '/api/v1/merges',
    {
      config: needs('merge', 'repository'),
      schema: { body: askMerge, response: { 200: done } },
    },
    async request => {
      const { repository, number } = request.body;
      return acted(
        await parts.askMerge(request.body, request.actor),
        `${repository}#${number} is merged when nothing stands against it`,
      );
    },
  );
  app.post(
    '/api/v1/merges/withdraw',
    {
      config: needs('merge', 'repository'),
      schema: { body: withdrawMerge, response: { 200: done } },
    },
    async request => {
      const { repository, number } = request.body;
      return acted(
        await parts.withdrawMerge(request.body, request.actor),
        `${repository}#${number} is not merged`,
      );
    },
  );
}
