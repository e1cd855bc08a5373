/** Which credentials are in force, under /api/v1, for administrators. None of them is in the answer. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { credentialsView } from '#shared/credentials.ts';
import { needs } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';

export function addCredentialRoutes(plain: FastifyInstance, { credentials }: PeopleParts): void {
  plain
    .withTypeProvider<ZodTypeProvider>()
    .get(
      '/api/v1/credentials',
      { config: needs('audit'), schema: { response: { 200: credentialsView } } },
      () => credentials(),
    );
}
