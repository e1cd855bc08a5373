/**
 * The machine listener: enrolment, source, uploads. A separate server on a separate address: what a guest can reach is
 * here, and nothing of the people's side is. Framework-free: git and uploads stream bytes with their own back-pressure.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import { attemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { enrolRequest } from '#shared/messages.ts';
import { HttpProblem, problem, problemOf } from './errors.ts';
import type { MachineParts } from './parts.ts';

/** Serves machines on a server that listens already. */
export function serveMachines(server: Server, parts: MachineParts, logger: FastifyBaseLogger): void {
  server.requestTimeout = limits.uploadDeadlineMs;
  server.on('request', (request, response) => {
    route(parts, request, response).catch(error => fail(error, request, response, logger));
  });
}

async function route(parts: MachineParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/enrol' && request.method === 'POST') return enrol(parts, request, response);
  const [, area, id = '', rest = ''] = /^\/(source|uploads)\/([^/]+)(\/.*)?$/.exec(pathname) ?? [];
  const attempt = attemptId.safeParse(id);
  if (area === 'source' && attempt.success) return parts.source(request, response, attempt.data, rest);
  if (area === 'uploads' && attempt.success) return parts.uploads(request, response, attempt.data, rest);
  throw new HttpProblem(404, 'machines find enrolment, source and uploads here, and nothing else');
}

async function enrol(parts: MachineParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parsed = enrolRequest.safeParse(await readJson(request));
  if (!parsed.success)
    throw new HttpProblem(400, 'this is not an enrolment of this protocol version; update the agent');
  send(response, 200, await parts.enrol(parsed.data));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > limits.apiBodyBytes) throw new HttpProblem(413, 'the body is too large');
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new HttpProblem(400, 'the body is not JSON');
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

function fail(
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  logger: FastifyBaseLogger,
): void {
  const known = problemOf(error);
  if (!known)
    logger.error({ err: error, url: request.url }, 'a machine request failed in a way nobody foresaw');
  if (response.headersSent) response.destroy();
  else send(response, known?.status ?? 500, known ?? problem(500, 'this request failed; try again'));
}
