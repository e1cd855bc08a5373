import type { FastifyInstance } from 'fastify';
import { limits } from '#shared/limits.ts';
import type { PeopleParts } from '../parts.ts';

const header = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

/** Webhooks: the raw bytes are verified before anything reads them; answered when they are stored, acted on afterwards. */
export function addHookRoutes(app: FastifyInstance, { receiveDelivery }: PeopleParts): void {
  app.register(async scope => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: limits.webhookBodyBytes },
      (_, body, done) => done(null, body),
    );
    scope.post('/hooks/github', { bodyLimit: limits.webhookBodyBytes }, async (request, reply) => {
      const answer = await receiveDelivery(
        {
          id: header(request.headers['x-github-delivery']),
          event: header(request.headers['x-github-event']),
          signature: header(request.headers['x-hub-signature-256']),
        },
        request.body instanceof Uint8Array ? request.body : new Uint8Array(),
      );
      if (answer.status === 401)
        request.log.warn({ ip: request.ip }, 'a webhook was refused: its signature does not match');
      return reply.code(answer.status).send({ message: answer.message });
    });
  });
}
