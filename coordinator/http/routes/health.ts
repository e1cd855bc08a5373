/** Whether the process lives, and whether it does its work: for whatever looks after it, without a name. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { isReady, readiness, troublesOf } from '#shared/readiness.ts';
import { NotReady } from '../errors.ts';
import { everybody } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';

const forKeepers = everybody('for whatever looks after the process; tells nothing of what it does');

export function addHealthRoutes(
  plain: FastifyInstance,
  { readiness: look }: Pick<PeopleParts, 'readiness'>,
): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/healthz',
    { config: forKeepers, schema: { response: { 200: z.object({ status: z.literal('ok') }) } } },
    async () => ({ status: 'ok' as const }),
  );
  app.get('/readyz', { config: forKeepers, schema: { response: { 200: readiness } } }, async (_, reply) => {
    const parts = await look();
    if (!isReady(parts))
      throw new NotReady(`the coordinator is not ready: ${troublesOf(parts).join('; ')}`, parts);
    reply.header('cache-control', 'no-store');
    return { status: 'ready' as const, parts };
  });
}
