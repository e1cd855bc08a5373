/** The JSON API under /api/v1. Reads of public repositories are open; whatever changes something asks for a permission. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import {
  approveRun,
  artifactView,
  attemptView,
  deliveryPage,
  done,
  eventView,
  jobView,
  runView,
  startRun,
  systemView,
} from '#shared/api.ts';
import { attemptId, jobId, runId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { runFilter } from '#shared/run-filter.ts';
import { runPage } from '#shared/run-line.ts';
import { timelineAttempt } from '#shared/run-timeline.ts';
import { needs, whatIsSeen } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';
import { cursorOf, deliveryCursor } from './delivery-cursor.ts';
import { acted, found } from './refusals.ts';

const max = z.coerce.number().int().min(1).max(limits.pageItems).default(30);

export function addApiRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/api/v1/runs',
    {
      config: whatIsSeen,
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
      return parts.runs({ max: count, before, filter, hasJobs }, request.actor);
    },
  );
  app.get(
    '/api/v1/runs/:id',
    { config: whatIsSeen, schema: { params: z.object({ id: runId }), response: { 200: runView } } },
    async request => found(await parts.run(request.params.id, request.actor), 'run'),
  );
  app.get(
    '/api/v1/runs/:id/attempts',
    {
      config: whatIsSeen,
      schema: { params: z.object({ id: runId }), response: { 200: z.array(timelineAttempt) } },
    },
    async request => found(await parts.runAttempts(request.params.id, request.actor), 'run'),
  );
  app.get(
    '/api/v1/runs/:id/artifacts',
    {
      config: whatIsSeen,
      schema: { params: z.object({ id: runId }), response: { 200: z.array(artifactView) } },
    },
    async request => found(await parts.runArtifacts(request.params.id, request.actor), 'run'),
  );
  app.post(
    '/api/v1/runs',
    { config: needs('start-runs'), schema: { body: startRun, response: { 201: runView } } },
    async (request, reply) => {
      return reply.code(201).send(await parts.startRun(request.body, request.actor));
    },
  );
  app.post(
    '/api/v1/runs/:id/cancel',
    { config: needs('cancel', 'run'), schema: { params: z.object({ id: runId }), response: { 200: done } } },
    async request => {
      const { id } = request.params;
      return acted(await parts.cancelRun(id), 'cancelled');
    },
  );
  app.post(
    '/api/v1/runs/:id/rerun',
    { config: needs('retry', 'run'), schema: { params: z.object({ id: runId }), response: { 200: done } } },
    async request => {
      const { id } = request.params;
      return acted(await parts.rerunRun(id), 'runs again');
    },
  );
  app.post(
    '/api/v1/runs/:id/approve',
    {
      config: needs('approve', 'run'),
      schema: { params: z.object({ id: runId }), body: approveRun, response: { 200: done } },
    },
    async request => {
      const { id } = request.params;
      return acted(await parts.approveRun(id, request.body.commit, request.actor), 'approved');
    },
  );
  app.get(
    '/api/v1/jobs/:id',
    { config: whatIsSeen, schema: { params: z.object({ id: jobId }), response: { 200: jobView } } },
    async request => found(await parts.job(request.params.id, request.actor), 'job'),
  );
  app.get(
    '/api/v1/jobs/:id/events',
    {
      config: whatIsSeen,
      schema: { params: z.object({ id: jobId }), response: { 200: z.array(eventView) } },
    },
    async request => found(await parts.events(request.params.id, request.actor), 'job'),
  );
  app.get(
    '/api/v1/attempts/:id',
    { config: whatIsSeen, schema: { params: z.object({ id: attemptId }), response: { 200: attemptView } } },
    async request => found(await parts.attempt(request.params.id, request.actor), 'attempt'),
  );
  app.post(
    '/api/v1/jobs/:id/cancel',
    { config: needs('cancel', 'job'), schema: { params: z.object({ id: jobId }), response: { 200: done } } },
    async request => {
      const { id } = request.params;
      return acted(await parts.cancelJob(id), 'cancelled');
    },
  );
  app.post(
    '/api/v1/jobs/:id/rerun',
    { config: needs('retry', 'job'), schema: { params: z.object({ id: jobId }), response: { 200: done } } },
    async request => {
      const { id } = request.params;
      return acted(await parts.rerunJob(id), 'runs again');
    },
  );
  app.get(
    '/api/v1/deliveries',
    {
      config: needs('see-deliveries'),
      schema: {
        querystring: z.object({ max, before: deliveryCursor.optional() }),
        response: { 200: deliveryPage },
      },
    },
    async request => {
      const { items, next } = await parts.deliveries(request.query.max, request.query.before ?? null);
      return { items, next: next && cursorOf(next) };
    },
  );
  app.get('/api/v1/system', { config: needs('see-system'), schema: { response: { 200: systemView } } }, () =>
    parts.system(),
  );
}
