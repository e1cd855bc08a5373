/** Signing in with GitHub: the way there, and the way back. Both are met by browsers as pages. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { HttpProblem } from '../errors.ts';
import { everybody } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';

const onTheWay = everybody('one signs in before one is known');

const text = z.string().max(2_000).optional();

export function addSignInRoutes(plain: FastifyInstance, { signIn }: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/sign-in/github',
    { config: onTheWay, schema: { querystring: z.object({ to: text }) } },
    async ({ query: { to }, headers }, reply) => {
      // Another site cannot have somebody signed in without their doing: they are shown the button.
      if (headers['sec-fetch-site'] === 'cross-site') return reply.redirect('/sign-in', 303);
      const { location, setCookie } = setUp(signIn).begin(to);
      return reply.header('set-cookie', setCookie).redirect(location, 303);
    },
  );
  app.get(
    '/sign-in/github/callback',
    {
      config: onTheWay,
      // GitHub says more than is asked for.
      schema: { querystring: z.object({ code: text, state: text, error: text }) },
    },
    async ({ query, raw }, reply) => {
      const { location, setCookies } = await setUp(signIn).finish(query, raw);
      return reply.header('set-cookie', setCookies).redirect(location, 303);
    },
  );
}

function setUp(signIn: PeopleParts['signIn']): NonNullable<PeopleParts['signIn']> {
  if (signIn) return signIn;
  throw new HttpProblem(
    404,
    'nobody signs in with GitHub here',
    'an administrator can set it up: docs/people.md',
  );
}
