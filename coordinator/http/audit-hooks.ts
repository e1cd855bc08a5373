/**
 * The audit log at the people's listener. What a route writes down stands in `audited-acts.ts`; one that changes something
 * and has no line there is not built. The entry is part of the change, by way of the store; what changes no row is written
 * before its answer goes out, and what was refused is, within bounds.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuditValues, AuditWay } from '#shared/audit.ts';
import { auditActorOf } from '../access/actor.ts';
import { type ActScope, type AuditFacts, type Origin, openAct, withinOrigin } from '../audit/audit.ts';
import { type Asked, type AuditedAct, auditedActs, questions } from './audited-acts.ts';
import type { Needs } from './guard.ts';
import type { PeopleParts } from './parts.ts';
import { addressOf } from './sender.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request does, while it does; null: nothing that is written down. */
    act: ActScope | null;
  }
}

/** The command line says that it asks. It is believed, as little hangs on it. */
const clientHeader = 'x-paddock-client';

export function addAudit(app: FastifyInstance, parts: PeopleParts): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat()) refuseUnwritten(each, url, config?.needs);
  });
  app.decorateRequest('act', null);

  // In the manner of callbacks: what `done` calls is within. Most requests are no act, and wait for nothing.
  app.addHook('preHandler', (request, _, done) => {
    const origin = originOf(request);
    const begin = (scope: ActScope | null) => {
      request.act = scope;
      withinOrigin(origin, scope, () => done());
    };
    const audited = actOf(request);
    const asked = askedOf(request);
    if (audited && (audited.isAct?.(asked) ?? true))
      openScope(parts, audited, asked, origin).then(begin, error => done(error));
    else begin(null);
  });

  app.addHook('onSend', (request, reply, payload, done) => {
    const writing = writeOutcome(parts, request, reply);
    if (writing)
      writing.then(
        () => done(null, payload),
        error => done(error),
      );
    else done(null, payload);
  });
}

/** What is to be written before the answer goes out; null: nothing is. */
function writeOutcome(parts: PeopleParts, request: FastifyRequest, { statusCode }: FastifyReply) {
  const scope = request.act;
  request.act = null;
  const wasWritten = scope?.status === 'written';
  if (scope) scope.status = 'over';
  if (statusCode < 400) return scope && !wasWritten ? parts.audit.recordAct(scope.act) : null;
  const isRefused = statusCode === 401 || statusCode === 403;
  return request.problem && (isRefused || wasWritten)
    ? writeRefusal(parts, request, isRefused ? 'refused' : 'failed')
    : null;
}

/** What anybody may use is no privilege. */
function refuseUnwritten(method: string, url: string, needs: Needs | undefined): void {
  const isReading = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  const line = `${method} ${url}`;
  if (isReading || !needs || 'everybody' in needs || auditedActs[line] || questions.has(line)) return;
  throw new Error(`the route ${method} ${url} changes something and has no line in audited-acts.ts`);
}

const actOf = ({ routeOptions: { method, url } }: FastifyRequest): AuditedAct | null =>
  auditedActs[`${[method].flat()[0]} ${url}`] ?? null;

async function openScope(
  parts: PeopleParts,
  audited: AuditedAct,
  asked: Asked,
  origin: Origin,
): Promise<ActScope> {
  const after = { ...audited.after, ...keptOf(audited, asked) };
  const facts: AuditFacts = {
    ...{ ...origin, at: parts.now(), act: audited.act, outcome: 'done', code: null },
    subject: audited.subject(asked),
    repository: await repositoryOf(parts, audited, asked),
    before: null,
    after: Object.keys(after).length > 0 ? after : null,
  };
  const { before, made } = audited;
  return openAct({
    facts,
    ...(before ? { before: tx => before(parts.statesBefore, tx, asked) } : {}),
    ...(made ? { made } : {}),
  });
}

async function repositoryOf(
  parts: PeopleParts,
  { repository }: AuditedAct,
  asked: Asked,
): Promise<string | null> {
  if (repository) return repository(parts, asked);
  return typeof asked.body.repository === 'string' ? asked.body.repository : null;
}

const keptOf = ({ keeps = [] }: AuditedAct, { body }: Asked): AuditValues =>
  Object.fromEntries(
    keeps.filter(key => body[key] !== undefined).map(key => [key, body[key] as AuditValues[string]]),
  );

const askedOf = ({ params, body, query, actor }: FastifyRequest): Asked => ({
  params: fieldsOf(params) as Record<string, string>,
  body: fieldsOf(body),
  query: fieldsOf(query),
  actor,
});

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function originOf(request: FastifyRequest): Origin {
  const { refusedToken: id } = request;
  const actor =
    id === null
      ? auditActorOf(request.actor.who)
      : ({ kind: 'token', name: 'a token that does not count', id } as const);
  return { actor, way: wayOf(request), address: addressOf(request.raw) };
}

function wayOf({ actor: { who }, headers }: FastifyRequest): AuditWay {
  if ('session' in who && who.session !== null) return 'web';
  if (headers[clientHeader] === 'cli') return 'cli';
  return headers['sec-fetch-site'] === undefined ? 'api' : 'web';
}

/** Bounded, and never in the way of the answer: who was refused is refused, whether or not that can be written. */
async function writeRefusal(
  { audit, now }: PeopleParts,
  request: FastifyRequest,
  outcome: 'refused' | 'failed',
): Promise<void> {
  const code = request.problem?.code ?? null;
  const { act, subject } = refusedAct(request, code);
  const facts = {
    ...{ ...originOf(request), at: now(), act, code, subject, outcome },
    ...{ repository: null, before: null, after: null },
  };
  try {
    await (outcome === 'refused' ? audit.refused(facts) : audit.record(facts));
  } catch (error) {
    request.log.error({ err: error, act, subject, code }, 'a refusal could not be written to the audit log');
  }
}

const tokenCodes: ReadonlySet<string> = new Set(['wrong-token', 'expired-token', 'revoked-token']);

function refusedAct(request: FastifyRequest, code: string | null): Pick<AuditFacts, 'act' | 'subject'> {
  const audited = actOf(request);
  const where = `${request.method} ${request.url.split('?')[0]}`;
  if (code !== null && tokenCodes.has(code)) return { act: 'token.refuse', subject: where };
  return audited
    ? { act: audited.act, subject: audited.subject(askedOf(request)) || where }
    : { act: 'read', subject: where };
}
