/** People, their sessions, their tokens and those of programs, under /api/v1. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { done } from '#shared/api.ts';
import { sessionId, tokenId } from '#shared/ids.ts';
import {
  accessQuery,
  browserSessionView,
  createToken,
  endSessions,
  grantRole,
  peopleView,
  revokeRole,
  tokenMade,
  tokenView,
} from '#shared/people-api.ts';
import { isAdministrator } from '#shared/roles.ts';
import { anybodyKnown, missing, needs } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';
import { found } from './refusals.ts';

const dayMs = 86_400_000;

export function addPeopleRoutes(plain: FastifyInstance, { people: desk }: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/api/v1/tokens',
    { config: anybodyKnown, schema: { querystring: accessQuery, response: { 200: z.array(tokenView) } } },
    ({ actor, query: { all } }) => desk.tokens(actor, all === '1'),
  );
  for (const [url, kind, config] of [
    ['/api/v1/tokens', 'personal', anybodyKnown],
    ['/api/v1/tokens/programs', 'program', needs('make-program-tokens')],
  ] as const)
    app.post(
      url,
      { config, schema: { body: createToken, response: { 201: tokenMade } } },
      async ({ actor, body: { days, ...wish } }, reply) =>
        reply.code(201).send(await desk.makeToken(actor, { ...wish, kind, lastsMs: days * dayMs })),
    );
  app.post(
    '/api/v1/tokens/:id/revoke',
    { config: anybodyKnown, schema: { params: z.object({ id: tokenId }), response: { 200: tokenView } } },
    async ({ actor, params: { id } }) => found(await desk.revokeToken(actor, id), 'token'),
  );

  app.get(
    '/api/v1/sessions',
    {
      config: anybodyKnown,
      schema: { querystring: accessQuery, response: { 200: z.array(browserSessionView) } },
    },
    ({ actor, query: { all } }) => desk.sessions(actor, all === '1'),
  );
  app.post(
    '/api/v1/sessions/:id/end',
    { config: anybodyKnown, schema: { params: z.object({ id: sessionId }), response: { 200: done } } },
    async ({ actor, params: { id } }) => {
      found((await desk.endSession(actor, id)) || null, 'session');
      return { message: 'the session is over' };
    },
  );
  app.post(
    '/api/v1/sessions/end',
    { config: anybodyKnown, schema: { body: endSessions, response: { 200: done } } },
    async ({ actor, body: { whose } }) => {
      const isEverybody = whose === 'everybody';
      if (isEverybody && !isAdministrator(actor.rights)) throw missing('people');
      const count = await desk.endSessions(actor, isEverybody);
      return { message: count === 1 ? '1 session is over' : `${count} sessions are over` };
    },
  );

  app.get('/api/v1/people', { config: needs('people'), schema: { response: { 200: peopleView } } }, () =>
    desk.list(),
  );
  app.post(
    '/api/v1/people/grants',
    { config: needs('people'), schema: { body: grantRole, response: { 200: done } } },
    async ({ actor, body }) => {
      await desk.giveRole(actor, body);
      return { message: `${body.login} has the role ${body.role} in ${body.pattern} from now on` };
    },
  );
  app.post(
    '/api/v1/people/grants/revoke',
    { config: needs('people'), schema: { body: revokeRole, response: { 200: done } } },
    async ({ actor, body: { login, pattern } }) => {
      found((await desk.takeRole(actor, { login, pattern })) || null, 'role');
      return { message: `${login} has no role in ${pattern} by hand any more` };
    },
  );
}
