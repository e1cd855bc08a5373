import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { signInLink } from '#shared/api.ts';
import { HttpProblem } from '../errors.ts';
import { signInPage } from '../pages/sign-in-page.ts';
import type { PeopleParts } from '../parts.ts';

/** Signing in by a one-time link, which an administrator makes with the CLI; signing out. */
export function addSessionRoutes(app: FastifyInstance, { access }: PeopleParts): void {
  // The secret is in the fragment, so a GET neither carries nor spends it: link previews are harmless.
  app.get('/sign-in', async (_, reply) => reply.type('text/html; charset=utf-8').send(signInPage()));
  app.post<{ Body: { link?: string } }>('/api/v1/session', async (request, reply) => {
    const session = access.redeemLink(String(request.body?.link ?? ''));
    if (!session)
      throw new HttpProblem(401, 'this link has been used or has expired', 'make a new one: paddock open');
    return reply.header('set-cookie', session.setCookie).code(204).send();
  });
  app.delete('/api/v1/session', async (_, reply) =>
    reply.header('set-cookie', access.signOutCookie).code(204).send(),
  );
  app
    .withTypeProvider<ZodTypeProvider>()
    .post('/api/v1/links', { schema: { response: { 200: signInLink } } }, async request => {
      if (!access.readerOf(request.raw).isAdmin)
        throw new HttpProblem(401, 'only an administrator makes sign-in links');
      return access.makeLink();
    });
}
