import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { sessionView, signInLink } from '#shared/api.ts';
import { isAdministrator } from '#shared/roles.ts';
import { nameOf } from '../../access/actor.ts';
import { HttpProblem } from '../errors.ts';
import { everybody, rootOnly } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';
import type { Rates } from '../rates.ts';
import { addressOf } from '../sender.ts';

const onesOwn = everybody('one signs in before one is known, and out whoever one is');

/** Signing in by a one-time link, which the administrator makes with the CLI; signing out. */
export function addSessionRoutes(
  plain: FastifyInstance,
  { access, signIn, web, version, now }: PeopleParts,
  rates: Pick<Rates, 'guessed'>,
): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/api/v1/session',
    { config: everybody('says who one is'), schema: { response: { 200: sessionView } } },
    async ({ actor: { who, rights } }) => ({
      isAdmin: isAdministrator(rights),
      who: { kind: who.kind, name: who.kind === 'stranger' ? null : nameOf(who) },
      rights,
      signInUrl: signIn?.url ?? null,
      version,
      web: (await web()).digest,
      now: now(),
    }),
  );
  app.post<{ Body: { link?: string } }>('/api/v1/session', { config: onesOwn }, async (request, reply) => {
    const session = await access.redeemLink(String(request.body?.link ?? ''), request.raw);
    if (!session) {
      rates.guessed(addressOf(request.raw));
      throw new HttpProblem(
        'used-link',
        'this link has been used or has expired',
        'make a new one: paddock open',
      );
    }
    return reply.header('set-cookie', session.setCookie).code(204).send();
  });
  app.delete('/api/v1/session', { config: onesOwn }, async (request, reply) => {
    await access.signOut(request.actor);
    return reply.header('set-cookie', access.signOutCookie).code(204).send();
  });
  app.post('/api/v1/links', { config: rootOnly, schema: { response: { 200: signInLink } } }, async () =>
    access.makeLink(),
  );
}
