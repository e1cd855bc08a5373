/**
 * The machine listener: enrolment, source, uploads. A separate server on a separate address: what a guest can reach is
 * here, and nothing of the people's side is. Framework-free: git and uploads stream bytes with their own back-pressure.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import { attemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type EnrolAnswer, type EnrolRequest, enrolRequest } from '#shared/messages.ts';
import { isHttpRefusal, type Refused } from '#shared/refusals.ts';
import { EnrolmentRefused } from '../fleet/errors.ts';
import { problem, refusalHeader, refuse } from '../ground/refuse.ts';
import { createEnrolRates, type EnrolRates } from './enrol-rates.ts';
import { type CodedProblem, HttpProblem, problemOf } from './errors.ts';
import { reportRefused } from './listener.ts';
import type { MachineParts } from './parts.ts';
import { createBodyReader } from './read-body.ts';
import { requestIdHeader, requestIdOf } from './request-id.ts';
import { senderOf } from './sender.ts';

/** Serves machines on a server that listens already. */
export function serveMachines(
  server: Server,
  parts: MachineParts,
  logger: FastifyBaseLogger,
  refused: Refused = () => {},
  rates: EnrolRates = createEnrolRates(),
): void {
  reportRefused(server, logger);
  const withBody = createBodyReader({
    maxBytes: limits.enrolBodyBytes,
    allBytes: limits.enrolsHeldBytes,
    deadlineMs: limits.enrolReplyMs,
  });

  async function enrol(body: EnrolRequest, address: string | null): Promise<EnrolAnswer> {
    rates.knocked(parts.machineOfTicket(body.token), address);
    try {
      return await parts.enrol(body);
    } catch (error) {
      if (error instanceof EnrolmentRefused && error.code === 'unknown-token') rates.guessed(address);
      throw error;
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (path === '/enrol' && request.method === 'POST') {
      const body = await withBody(request, async bytes => readEnrolment(bytes));
      return send(response, await enrol(body, senderOf(request)));
    }
    const [, area, id = '', rest = ''] =
      /^\/(source|uploads|caches|images)\/([^/]+)(\/.*)?$/.exec(path) ?? [];
    const attempt = attemptId.safeParse(id);
    if (area === 'source' && attempt.success) return parts.source(request, response, attempt.data, rest);
    if (area === 'uploads' && attempt.success) return parts.uploads(request, response, attempt.data, rest);
    if (area === 'caches' && attempt.success && request.method === 'GET')
      return parts.cache(request, response, attempt.data, rest.slice(1));
    if (area === 'images' && rest === '' && request.method === 'GET')
      return parts.imageFile(request, response, id);
    throw new HttpProblem(404, 'machines find enrolment, source, uploads and caches here, and nothing else');
  }

  server.on('request', (request, response) => {
    const id = requestIdOf(request);
    response.setHeader(requestIdHeader, id);
    response.once('close', () => {
      const code = response.getHeader(refusalHeader);
      if (typeof code === 'string' && isHttpRefusal(code)) refused(code, 'machines');
    });
    route(request, response).catch(error => fail(error, { id, request, response }, logger));
  });
}

function readEnrolment(bytes: Buffer) {
  const parsed = enrolRequest.safeParse(parseJson(bytes));
  if (!parsed.success)
    throw new HttpProblem(
      'wrong-agent',
      'this is not an enrolment of this protocol version; update the agent',
    );
  return parsed.data;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new HttpProblem(400, 'the body is not JSON');
  }
}

function send(response: ServerResponse, body: object): void {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  response.writeHead(200, headers).end(JSON.stringify(body));
}

function fail(
  error: unknown,
  { id, request, response }: { id: string; request: IncomingMessage; response: ServerResponse },
  logger: FastifyBaseLogger,
): void {
  // A sender that left in the middle of its body needs no answer, and nothing is wrong here.
  const isGone = request.destroyed && !request.complete;
  const known = problemOf(error);
  if (!known && !isGone)
    logger.error(
      { err: error, request: id, url: request.url },
      'a machine request failed in a way nobody foresaw',
    );
  if (error instanceof HttpProblem && error.waitS !== undefined && !response.headersSent)
    response.setHeader('retry-after', error.waitS);
  if (response.headersSent || isGone) response.destroy();
  else
    turnAway(request, response, {
      ...(known ?? problem(500, 'this request failed; try again')),
      request: id,
    });
}

/** A small body that was not read is thrown away, so that its sender sees the answer; a large one is not worth that. */
function turnAway(
  { complete, headers }: IncomingMessage,
  response: ServerResponse,
  answer: CodedProblem,
): void {
  const isSmall = Number(headers['content-length'] ?? 0) <= limits.uploadChunkBytes;
  if (!complete && !(isSmall && headers['transfer-encoding'] === undefined))
    response.setHeader('connection', 'close');
  refuse(response, answer);
}
