import type { FastifyInstance } from 'fastify';
import { limits } from '#shared/limits.ts';
import { HttpProblem } from '../errors.ts';
import { everybody } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';
import type { Rates } from '../rates.ts';
import { createBodyReader } from '../read-body.ts';
import { addressOf } from '../sender.ts';

const header = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

/** Webhooks: the raw bytes are verified before anything reads them; answered when they are stored, acted on afterwards. */
export function addHookRoutes(
  app: FastifyInstance,
  { receiveDelivery }: PeopleParts,
  rates: Pick<Rates, 'guessed'>,
): void {
  const withBody = createBodyReader({
    maxBytes: limits.webhookBodyBytes,
    // Anybody may send here: what is not verified yet must not fill the memory.
    allBytes: limits.webhooksHeldBytes,
    deadlineMs: limits.requestMs,
  });
  app.register(async scope => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_, __, done) => done(null));
    scope.post(
      '/hooks/github',
      { config: everybody('webhooks are known by their signature') },
      async (request, reply) => {
        const { headers } = request;
        const delivery = {
          id: header(headers['x-github-delivery']),
          event: header(headers['x-github-event']),
          signature: header(headers['x-hub-signature-256']),
        };
        const answer = await withBody(request.raw, body => receiveDelivery(delivery, body));
        if (answer.status === 401)
          request.log.warn({ address: addressOf(request.raw) }, `a webhook was refused: ${answer.message}`);
        // After its signature was looked at: GitHub's own deliveries come from the addresses of those that others make it send.
        if (answer.status === 401) rates.guessed(addressOf(request.raw));
        if ('code' in answer) throw new HttpProblem(answer.code, answer.message);
        return reply.code(202).send({ message: answer.message });
      },
    );
  });
}
