/** Tests: of a job, of a run, and one over all runs. What a stranger may read of a repository holds for its tests. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { attemptId, imageName, jobId, runId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { jobTests, testHistory, testKey } from '#shared/test-api.ts';
import { whatIsSeen } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';
import { found } from './refusals.ts';

const historyQuery = z.object({
  image: imageName.optional(),
  branch: z.string().min(1).max(limits.filterChars).optional(),
  before: attemptId.optional(),
  max: z.coerce.number().int().min(1).max(limits.pageItems).default(limits.runsPerPage),
});

export function addTestRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/api/v1/jobs/:id/tests',
    { config: whatIsSeen, schema: { params: z.object({ id: jobId }), response: { 200: jobTests } } },
    async request => found(await parts.jobTests(request.params.id, request.actor), 'job'),
  );
  app.get(
    '/api/v1/runs/:id/tests',
    { config: whatIsSeen, schema: { params: z.object({ id: runId }), response: { 200: z.array(jobTests) } } },
    async request => found(await parts.runTests(request.params.id, request.actor), 'run'),
  );
  app.get(
    '/api/v1/tests/:key',
    {
      config: whatIsSeen,
      schema: {
        params: z.object({ key: testKey }),
        querystring: historyQuery,
        response: { 200: testHistory },
      },
    },
    async request => found(await parts.test(request.params.key, request.query, request.actor), 'test'),
  );
}
