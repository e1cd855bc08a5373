import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { sessionView, signInLink } from '#shared/api.ts';
import { HttpProblem } from '../errors.ts';
import type { PeopleParts } from '../parts.ts';
import type { Sockets } from '../sockets.ts';

/** Signing in by a one-time link, which an administrator makes with the CLI; signing out. */
export function addSessionRoutes(
  plain: FastifyInstance,
  { access, web, version, now }: PeopleParts,
  { endSession }: Sockets,
): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get('/api/v1/session', { schema: { response: { 200: sessionView } } }, async request => ({
    isAdmin: access.readerOf(request.raw).isAdmin,
    version,
    web: (await web()).digest,
    now: now(),
  }));
  app.post<{ Body: { link?: string } }>('/api/v1/session', async (request, reply) => {
    const session = access.redeemLink(String(request.body?.link ?? ''));
    if (!session)
      throw new HttpProblem(401, 'this link has been used or has expired', 'make a new one: paddock open');
    return reply.header('set-cookie', session.setCookie).code(204).send();
  });
  app.delete('/api/v1/session', async (request, reply) => {
    const session = access.sessionOf(request.raw);
    if (session !== null) endSession(session);
    return reply.header('set-cookie', access.signOutCookie).code(204).send();
  });
  app.post('/api/v1/links', { schema: { response: { 200: signInLink } } }, async request => {
    if (!access.readerOf(request.raw).isAdmin)
      throw new HttpProblem(401, 'only an administrator makes sign-in links');
    return access.makeLink();
  });
}
