/** The audit log under /api/v1, for administrators: to read, to verify, and to take away. */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import {
  auditFilter,
  auditFilterOf,
  auditPage,
  auditQuery,
  auditVerdict,
  auditVerifyQuery,
} from '#shared/audit.ts';
import { needs } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';

export function addAuditRoutes(plain: FastifyInstance, { audit }: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const config = needs('audit');

  app.get(
    '/api/v1/audit',
    { config, schema: { querystring: auditQuery, response: { 200: auditPage } } },
    ({ query: { max, before = null, ...filter } }) => audit.list(auditFilterOf(filter), { max, before }),
  );
  app.get(
    '/api/v1/audit/verify',
    { config, schema: { querystring: auditVerifyQuery, response: { 200: auditVerdict } } },
    ({ query: { known = null } }) => audit.verify(known),
  );
  app.get('/api/v1/audit/export', { config, schema: { querystring: auditFilter } }, ({ query }, reply) =>
    reply
      .type('application/x-ndjson; charset=utf-8')
      .header('content-disposition', 'attachment; filename="audit.ndjson"')
      .send(Readable.from(linesOf(audit.each(auditFilterOf(query))))),
  );
}

async function* linesOf(entries: ReturnType<PeopleParts['audit']['each']>): AsyncGenerator<string> {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}
