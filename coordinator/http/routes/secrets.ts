/** Secrets under /api/v1, for administrators. No answer has a value in it, and no refusal repeats one. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { done } from '#shared/api.ts';
import {
  rootKeyRotated,
  secretDetail,
  secretLogEntry,
  secretLogQuery,
  secretPlace,
  secretSaved,
  secretsView,
  setSecret,
} from '#shared/secrets.ts';
import { nameOf } from '../../access/actor.ts';
import { needs } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';

export function addSecretRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const config = needs('secrets');
  const { secrets } = parts;
  /** As it stands in the log of secrets. */
  const whoAsks = ({ actor: { who } }: FastifyRequest): string => {
    if (who.kind !== 'root') return nameOf(who);
    const { session } = who;
    return session === null ? 'an administrator, by the token' : `an administrator, by session ${session}`;
  };

  app.get('/api/v1/secrets', { config, schema: { response: { 200: secretsView } } }, () => secrets.list());
  app.post(
    '/api/v1/secrets',
    { config, schema: { body: setSecret, response: { 200: secretSaved } } },
    async request => secrets.set(request.body, whoAsks(request)),
  );
  app.get(
    '/api/v1/secrets/one',
    { config, schema: { querystring: secretPlace, response: { 200: secretDetail } } },
    async request => secrets.show(request.query),
  );
  app.post(
    '/api/v1/secrets/remove',
    { config, schema: { body: secretPlace, response: { 200: done } } },
    async request => {
      await secrets.remove(request.body, whoAsks(request));
      const { name, repository } = request.body;
      return { message: `${name} of ${repository} is removed; jobs that begin from now on are not given it` };
    },
  );
  app.get(
    '/api/v1/secrets/log',
    { config, schema: { querystring: secretLogQuery, response: { 200: z.array(secretLogEntry) } } },
    async request => secrets.log(request.query),
  );
  app.post(
    '/api/v1/secrets/rotate-key',
    { config, schema: { response: { 200: rootKeyRotated } } },
    async request => secrets.rotate(whoAsks(request)),
  );
}
