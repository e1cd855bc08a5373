/** The JSON API under /api/v1. Reads of public repositories are open; everything that changes something is an admin's. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import {
  approveRun,
  artifactView,
  attemptView,
  deliveryView,
  done,
  eventView,
  jobView,
  page,
  runView,
  startRun,
  systemView,
} from '#shared/api.ts';
import { attemptId, jobId, runId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { runFilter } from '#shared/run-filter.ts';
import { runPage } from '#shared/run-line.ts';
import { timelineAttempt } from '#shared/run-timeline.ts';
import { bearerOf } from '../../access/bearer.ts';
import { HttpProblem } from '../errors.ts';
import type { PeopleParts } from '../parts.ts';
import { cursorOf, deliveryCursor } from './delivery-cursor.ts';
import { acted, found, requireAdmin } from './refusals.ts';

const max = z.coerce.number().int().min(1).max(limits.pageItems).default(30);

const admin = { isAdmin: true };

export function addApiRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const readerOf = (request: FastifyRequest) => parts.access.readerOf(request.raw);
  const mustBeAdmin = requireAdmin(parts);
  /** A token counts before a cookie, here as where it is decided who is an administrator. */
  const approverOf = ({ raw }: FastifyRequest): string | null =>
    bearerOf(raw.headers.authorization) === null ? parts.access.sessionOf(raw) : null;

  app.get(
    '/api/v1/runs',
    {
      schema: {
        querystring: runFilter.extend({
          max,
          before: runId.optional(),
          jobs: z.enum(['none', 'brief']).default('none'),
        }),
        response: { 200: runPage },
      },
    },
    async request => {
      const { max: count, before = null, jobs, ...filter } = request.query;
      const hasJobs = jobs === 'brief';
      return parts.runs({ max: count, before, filter, hasJobs }, readerOf(request));
    },
  );
  app.get(
    '/api/v1/runs/:id',
    { schema: { params: z.object({ id: runId }), response: { 200: runView } } },
    async request => found(await parts.run(request.params.id, readerOf(request)), 'run'),
  );
  app.get(
    '/api/v1/runs/:id/attempts',
    { schema: { params: z.object({ id: runId }), response: { 200: z.array(timelineAttempt) } } },
    async request => found(await parts.runAttempts(request.params.id, readerOf(request)), 'run'),
  );
  app.get(
    '/api/v1/runs/:id/artifacts',
    { schema: { params: z.object({ id: runId }), response: { 200: z.array(artifactView) } } },
    async request => found(await parts.runArtifacts(request.params.id, readerOf(request)), 'run'),
  );
  app.post(
    '/api/v1/runs',
    { schema: { body: startRun, response: { 201: runView } } },
    async (request, reply) => {
      mustBeAdmin(request);
      return reply.code(201).send(await parts.startRun(request.body));
    },
  );
  app.post(
    '/api/v1/runs/:id/cancel',
    { schema: { params: z.object({ id: runId }), response: { 200: done } } },
    async request => {
      const { id } = request.params;
      mustBeAdmin(request);
      found(await parts.run(id, admin), 'run');
      return acted(await parts.cancelRun(id), 'cancelled');
    },
  );
  app.post(
    '/api/v1/runs/:id/rerun',
    { schema: { params: z.object({ id: runId }), response: { 200: done } } },
    async request => {
      const { id } = request.params;
      mustBeAdmin(request);
      found(await parts.run(id, admin), 'run');
      return acted(await parts.rerunRun(id), 'runs again');
    },
  );
  app.post(
    '/api/v1/runs/:id/approve',
    {
      onRequest: async request => mustBeAdmin(request),
      schema: { params: z.object({ id: runId }), body: approveRun, response: { 200: done } },
    },
    async request => {
      const { id } = request.params;
      found(await parts.run(id, admin), 'run');
      return acted(await parts.approveRun(id, request.body.commit, approverOf(request)), 'approved');
    },
  );
  app.get(
    '/api/v1/jobs/:id',
    { schema: { params: z.object({ id: jobId }), response: { 200: jobView } } },
    async request => found(await parts.job(request.params.id, readerOf(request)), 'job'),
  );
  app.get(
    '/api/v1/jobs/:id/events',
    { schema: { params: z.object({ id: jobId }), response: { 200: z.array(eventView) } } },
    async request => found(await parts.events(request.params.id, readerOf(request)), 'job'),
  );
  app.get(
    '/api/v1/attempts/:id',
    { schema: { params: z.object({ id: attemptId }), response: { 200: attemptView } } },
    async request => found(await parts.attempt(request.params.id, readerOf(request)), 'attempt'),
  );
  app.post(
    '/api/v1/jobs/:id/cancel',
    { schema: { params: z.object({ id: jobId }), response: { 200: done } } },
    async request => {
      const { id } = request.params;
      mustBeAdmin(request);
      found(await parts.job(id, admin), 'job');
      return acted(await parts.cancelJob(id), 'cancelled');
    },
  );
  app.post(
    '/api/v1/jobs/:id/rerun',
    { schema: { params: z.object({ id: jobId }), response: { 200: done } } },
    async request => {
      const { id } = request.params;
      mustBeAdmin(request);
      found(await parts.job(id, admin), 'job');
      return acted(await parts.rerunJob(id), 'runs again');
    },
  );
  app.get(
    '/api/v1/deliveries',
    {
      schema: {
        querystring: z.object({ max, before: deliveryCursor.optional() }),
        response: { 200: page(deliveryView) },
      },
    },
    async request => {
      mustBeAdmin(request);
      const { items, next } = await parts.deliveries(request.query.max, request.query.before ?? null);
      return { items, next: next && cursorOf(next) };
    },
  );
  app.get('/api/v1/system', { schema: { response: { 200: systemView } } }, async request => {
    mustBeAdmin(request);
    return parts.system();
  });
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    if (!parts.isReady()) throw new HttpProblem(503, 'the coordinator is not ready: NATS is not connected');
    return { status: 'ready' };
  });
}
