/** Parts of a log, for whoever does not want all of it: how much there is, some lines, the lines that match. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type AttemptId, attemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { logHits, logLines, logQuery, logView } from '#shared/log-api.ts';
import { patternOf, type TextQuery } from '#shared/log-text.ts';
import { HttpProblem } from '../errors.ts';
import { whatIsSeen } from '../guard.ts';
import type { PeopleParts, StoredLog } from '../parts.ts';

const params = z.object({ id: attemptId });

const lineRange = z.object({
  from: z.coerce.number().int().nonnegative().default(0),
  count: z.coerce.number().int().min(1).max(limits.logPageLines).default(500),
});

export function addLogRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  async function logFor(request: FastifyRequest, attempt: AttemptId): Promise<StoredLog> {
    const log = await parts.log(attempt, request.actor);
    if (!log) throw new HttpProblem(404, 'there is no such log, or you may not see it');
    return log;
  }

  app.get(
    '/api/v1/attempts/:id/log',
    { config: whatIsSeen, schema: { params, response: { 200: logView } } },
    async request => (await logFor(request, request.params.id)).view(),
  );
  app.get(
    '/api/v1/attempts/:id/lines',
    { config: whatIsSeen, schema: { params, querystring: lineRange, response: { 200: logLines } } },
    async request => {
      const { from, count } = request.query;
      return (await logFor(request, request.params.id)).page(from, count);
    },
  );
  app.get(
    '/api/v1/attempts/:id/search',
    { config: whatIsSeen, schema: { params, querystring: logQuery, response: { 200: logHits } } },
    async (request, reply) => {
      const { q, regex, case: isCase, max, from } = request.query;
      const query = { text: q, isRegex: regex === '1', isCaseSensitive: isCase === '1' };
      refuseMalformed(query);
      const log = await logFor(request, request.params.id);
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      return log.search(query, { from, max }, gone.signal);
    },
  );
}

function refuseMalformed(query: TextQuery): void {
  try {
    patternOf(query);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HttpProblem(
      400,
      `this is no regular expression: ${error.message}`,
      'search for it as plain text',
    );
  }
}
