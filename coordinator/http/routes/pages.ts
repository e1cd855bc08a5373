import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { jobId, runId } from '#shared/ids.ts';
import { HttpProblem } from '../errors.ts';
import { deliveriesPage } from '../pages/deliveries-page.ts';
import { jobPage } from '../pages/job-page.ts';
import { runPage } from '../pages/run-page.ts';
import { runsPage } from '../pages/runs-page.ts';
import type { PeopleParts } from '../parts.ts';
import { cursorOf, deliveryCursor } from './delivery-cursor.ts';

const runsPerPage = 50;
const deliveriesPerPage = 100;

const signIn = 'if it is private, sign in with: paddock open';
const absent = (what: string) =>
  new HttpProblem(404, `there is no such ${what}, or you may not see it`, signIn);

const send = (reply: FastifyReply, page: string): FastifyReply =>
  reply.type('text/html; charset=utf-8').send(page);

/** Plain pages: readable without a script, live with one. */
export function addPageRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const { peopleUrl } = parts;
  const readerOf = (request: FastifyRequest) => parts.access.readerOf(request.raw);

  app.get(
    '/',
    { schema: { querystring: z.object({ before: runId.optional(), repository: z.string().optional() }) } },
    async (request, reply) => {
      const reader = readerOf(request);
      const { before = null, repository = null } = request.query;
      const { items, next } = await parts.runs({ max: runsPerPage, before, repository }, reader);
      return send(
        reply,
        runsPage({ runs: items, next, before, repository, isAdmin: reader.isAdmin, peopleUrl }),
      );
    },
  );
  app.get('/runs/:id', { schema: { params: z.object({ id: z.string() }) } }, async (request, reply) => {
    const reader = readerOf(request);
    const id = runId.safeParse(request.params.id);
    const run = id.success ? await parts.run(id.data, reader) : null;
    if (!run) throw absent('run');
    return send(reply, runPage(run, reader.isAdmin));
  });
  app.get(
    '/jobs/:id',
    {
      schema: {
        params: z.object({ id: z.string() }),
        querystring: z.object({ attempt: z.coerce.number().int().positive().optional() }),
      },
    },
    async (request, reply) => {
      const reader = readerOf(request);
      const id = jobId.safeParse(request.params.id);
      const job = id.success ? await parts.job(id.data, reader) : null;
      if (!job) throw absent('job');
      return send(reply, jobPage({ job, attempt: request.query.attempt ?? null, isAdmin: reader.isAdmin }));
    },
  );
  app.get(
    '/deliveries',
    { schema: { querystring: z.object({ before: deliveryCursor.optional() }) } },
    async (request, reply) => {
      if (!readerOf(request).isAdmin)
        throw new HttpProblem(401, 'deliveries are for administrators', 'sign in with: paddock open');
      const { items, next } = await parts.deliveries(deliveriesPerPage, request.query.before ?? null);
      return send(reply, deliveriesPage(items, next && cursorOf(next), peopleUrl));
    },
  );
}
