/** The people's listener: hooks, API, pages, live sockets. Built without listening, so tests can inject. */
import type { RequestListener, Server } from 'node:http';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyInstance,
  LogController,
} from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { limits } from '#shared/limits.ts';
import { answerError, HttpProblem, problem } from './errors.ts';
import type { PeopleParts } from './parts.ts';
import { addApiRoutes } from './routes/api.ts';
import { addFileRoutes } from './routes/files.ts';
import { addHookRoutes } from './routes/hooks.ts';
import { addPageRoutes } from './routes/pages.ts';
import { addSessionRoutes } from './routes/session.ts';
import { addSockets } from './sockets.ts';

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

/**
 * @param logger pino, or one like it.
 * @param server one that listens already (`listener.ts`); without it the app is for injection.
 */
export function buildPeopleApp(
  parts: PeopleParts,
  logger: FastifyBaseLogger,
  server?: Server,
): FastifyInstance {
  const options: FastifyHttpOptions<Server, FastifyBaseLogger> = {
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.apiBodyBytes,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    ...(server ? { serverFactory: (handler: RequestListener) => server.on('request', handler) } : {}),
  };
  const app = Fastify(options);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_, reply) =>
    reply
      .code(404)
      .header('content-type', 'application/problem+json')
      .send(problem(404, 'there is nothing here', 'start at /')),
  );
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    const refusal = parts.access.refusal(request.raw);
    if (refusal) throw new HttpProblem(403, refusal);
  });
  addHookRoutes(app, parts);
  addSessionRoutes(app, parts);
  addApiRoutes(app, parts);
  addFileRoutes(app, parts);
  addPageRoutes(app, parts);
  addSockets(app.server, parts, logger);
  return app;
}
