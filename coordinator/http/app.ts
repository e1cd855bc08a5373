/** The people's listener: hooks, API, the web app, live sockets. Built without listening, so tests can inject. */
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyInstance,
  LogController,
} from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { limits } from '#shared/limits.ts';
import { isHttpRefusal } from '#shared/refusals.ts';
import { problem, refusalHeader } from '../ground/refuse.ts';
import { addAudit } from './audit-hooks.ts';
import { compress } from './compress.ts';
import { answerError } from './errors.ts';
import { addGuard } from './guard.ts';
import { reportRefused } from './listener.ts';
import type { PeopleParts } from './parts.ts';
import { knownWordsOnly } from './query-words.ts';
import { createRates } from './rates.ts';
import { answerRaw } from './raw-answer.ts';
import { requestIdHeader, requestIdOf } from './request-id.ts';
import { addApiRoutes } from './routes/api.ts';
import { addAuditRoutes } from './routes/audit.ts';
import { addBadgeRoutes } from './routes/badges.ts';
import { addCacheRoutes } from './routes/caches.ts';
import { addCredentialRoutes } from './routes/credentials.ts';
import { addFileRoutes } from './routes/files.ts';
import { addFleetRoutes } from './routes/fleet.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addHookRoutes } from './routes/hooks.ts';
import { addImageRoutes } from './routes/images.ts';
import { addLogRoutes } from './routes/logs.ts';
import { addMergingRoutes } from './routes/merging.ts';
import { addMetricsRoutes } from './routes/metrics.ts';
import { addOpenApi } from './routes/openapi.ts';
import { addPeopleRoutes } from './routes/people.ts';
import { addQueueRoutes } from './routes/queue.ts';
import { addSecretRoutes } from './routes/secrets.ts';
import { addSessionRoutes } from './routes/session.ts';
import { addSignInRoutes } from './routes/sign-in.ts';
import { addTestRoutes } from './routes/tests.ts';
import { addWebRoutes } from './routes/web.ts';
import { securityHeaders, strictTransport } from './security-headers.ts';
import { addSockets } from './sockets.ts';
import { cutOffStalled } from './stalled.ts';
import { createWatches } from './watches.ts';

/**
 * @param logger pino, or one like it.
 * @param server one that listens already (`listener.ts`); without it the app is for injection.
 * @param stallMs a reader who takes nothing for so long is cut off
 * @param isTlsOnly people come by https and by a name of the world: browsers are told to keep to it.
 */
export function buildPeopleApp(
  parts: PeopleParts,
  logger: FastifyBaseLogger,
  server?: Server,
  { isTlsOnly = false, stallMs = limits.downloadStallMs }: { isTlsOnly?: boolean; stallMs?: number } = {},
): FastifyInstance {
  let handler: RequestListener | null = null;
  const headersOfAll = isTlsOnly ? { ...securityHeaders, ...strictTransport } : securityHeaders;
  const takeHandler = (server: Server) => (given: RequestListener) => {
    handler = given;
    return server;
  };
  const options: FastifyHttpOptions<Server, FastifyBaseLogger> = {
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    bodyLimit: limits.apiBodyBytes,
    forceCloseConnections: true,
    genReqId: requestIdOf,
    frameworkErrors: (error, request, reply) => answerError(error, request, reply.headers(headersOfAll)),
    clientErrorHandler: answerGarbage(parts),
    routerOptions: { maxParamLength: 200 },
    ...(server ? { serverFactory: takeHandler(server) } : {}),
  };
  const app = Fastify(options);
  // Not before every route is there: until then it would answer that there is nothing.
  app.addHook('onReady', async () => {
    if (handler) server?.on('request', handler);
  });
  app.setValidatorCompiler(knownWordsOnly);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(answerError);
  reportRefused(app.server, logger);
  // What a form of another site could send without asking is no JSON, and is not read at all.
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async ({ id }, reply) => {
    reply.headers({ ...headersOfAll, [requestIdHeader]: id });
  });
  app.decorateRequest('problem', null);
  app.decorateRequest('refusedToken', null);
  const rates = createRates();
  addGuard(app, parts, rates);
  app.addHook('onResponse', async ({ url }, reply) => {
    const code = reply.getHeader(refusalHeader);
    if (typeof code === 'string' && isHttpRefusal(code))
      parts.refused(code, url.startsWith('/hooks/') ? 'hooks' : 'people');
  });
  addAudit(app, parts);
  const watches = createWatches(parts, error =>
    logger.error({ err: error }, 'what is open cannot be checked'),
  );
  app.addHook('onClose', () => watches.close());
  app.addHook('onSend', compress);
  app.decorate('stallMs', stallMs);
  // Not a promise: a log that is followed sends its head in the same turn.
  app.addHook('onSend', (_, reply, payload, done) => {
    if (typeof payload === 'string' || Buffer.isBuffer(payload)) cutOffStalled(reply);
    done();
  });
  addOpenApi(app);
  addHookRoutes(app, parts, rates);
  addSockets(app, parts, watches, rates);
  addSessionRoutes(app, parts, rates);
  addSignInRoutes(app, parts);
  addPeopleRoutes(app, parts);
  addApiRoutes(app, parts);
  addBadgeRoutes(app, parts);
  addFleetRoutes(app, parts);
  addMergingRoutes(app, parts);
  addQueueRoutes(app, parts);
  addCacheRoutes(app, parts);
  addSecretRoutes(app, parts);
  addAuditRoutes(app, parts);
  addCredentialRoutes(app, parts);
  addImageRoutes(app, parts);
  addTestRoutes(app, parts);
  addLogRoutes(app, parts);
  addFileRoutes(app, parts, watches);
  addHealthRoutes(app, parts);
  addMetricsRoutes(app, parts);
  addWebRoutes(app, parts);
  return app;
}

/** What arrives is no HTTP, too large a header, or too slow. */
const answerGarbage =
  ({ refused }: Pick<PeopleParts, 'refused'>) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    const answer = garbageOf(error.code);
    // A connection that broke is not one that was refused.
    if (socket.writable) refused(answer.code, 'people');
    answerRaw(socket, answer);
  };

function garbageOf(code: string | undefined) {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem('too-slow', 'the request did not arrive in time');
  if (code === 'HPE_HEADER_OVERFLOW') return problem('headers-too-large', 'the headers are too large');
  return problem('not-http', 'this is not HTTP');
}
