import type { FastifyInstance } from 'fastify';
import { jobId, runId } from '#shared/ids.ts';
import { HttpProblem } from '../errors.ts';
import { jobPage } from '../pages/job-page.ts';
import { deliveriesPage, runPage, runsPage } from '../pages/run-pages.ts';
import type { PeopleParts } from '../parts.ts';

const runsPerPage = 50;

/** Plain pages: readable without a script, live with one. */
export function addPageRoutes(app: FastifyInstance, parts: PeopleParts): void {
  app.get<{ Querystring: { before?: string } }>('/', async (request, reply) => {
    const reader = parts.access.readerOf(request.raw);
    const before = runId.safeParse(request.query.before).data ?? null;
    const { items, next } = await parts.runs({ max: runsPerPage, before, repository: null }, reader);
    return reply.type('text/html; charset=utf-8').send(runsPage(items, next, reader.isAdmin));
  });
  app.get<{ Params: { id: string } }>('/runs/:id', async (request, reply) => {
    const reader = parts.access.readerOf(request.raw);
    const id = runId.safeParse(request.params.id);
    const run = id.success ? await parts.run(id.data, reader) : null;
    if (!run)
      throw new HttpProblem(404, 'there is no such run, or you may not see it', 'sign in with: paddock open');
    return reply.type('text/html; charset=utf-8').send(runPage(run, reader.isAdmin));
  });
  app.get<{ Params: { id: string } }>('/jobs/:id', async (request, reply) => {
    const reader = parts.access.readerOf(request.raw);
    const id = jobId.safeParse(request.params.id);
    const job = id.success ? await parts.job(id.data, reader) : null;
    if (!job)
      throw new HttpProblem(404, 'there is no such job, or you may not see it', 'sign in with: paddock open');
    return reply.type('text/html; charset=utf-8').send(jobPage(job, reader.isAdmin));
  });
  app.get('/deliveries', async (request, reply) => {
    if (!parts.access.readerOf(request.raw).isAdmin)
      throw new HttpProblem(401, 'deliveries are for administrators', 'sign in with: paddock open');
    const { items } = await parts.deliveries(100, null);
    return reply.type('text/html; charset=utf-8').send(deliveriesPage(items));
  });
}
