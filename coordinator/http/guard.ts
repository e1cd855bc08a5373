/**
 * The one door of the people's listener: who asks is known, and whether they may, before anything else of a request is
 * looked at. Each route says what it needs; one that does not say it is not built.
 */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { jobId, runId } from '#shared/ids.ts';
import {
  mayAnywhere,
  mayIn,
  type Permission,
  permissions,
  type Repositoryish,
  type Rights,
} from '#shared/roles.ts';
import { type Actor, stranger } from '../access/actor.ts';
import { AccessRefused } from '../access/errors.ts';
import { HttpProblem } from './errors.ts';
import type { PeopleParts } from './parts.ts';
import { createRates, type Manner, type Rates } from './rates.ts';
import { addressOf } from './sender.ts';

/** What names the repository: the run or job of the address, or `repository` in the body. */
type Subject = 'run' | 'job' | 'repository';

export type Needs =
  /** Anybody, for this reason. */
  | { everybody: string }
  /** Somebody who is known, as person, program or administrator. */
  | { known: true }
  /** The administrator of the coordinator by its file or its link. */
  | { root: true }
  | { permission: Permission; subject: Subject | null };

export type Door = { method: string; url: string; needs: Needs };

declare module 'fastify' {
  interface FastifyContextConfig {
    needs?: Needs;
  }
  interface FastifyInstance {
    /** Every route that there is, with what it needs. */
    doors: readonly Door[];
  }
  interface FastifyRequest {
    /** Known from the first hook on. */
    actor: Actor;
  }
}

/** `config` of a route that anybody may use; the reason is for whoever reads the routes. */
export const everybody = (why: string): { needs: Needs } => ({ needs: { everybody: why } });
/** What it answers is what this reader may see. */
export const whatIsSeen = everybody('answers with what the reader may see, else as if it were not there');
export const anybodyKnown: { needs: Needs } = { needs: { known: true } };
export const rootOnly: { needs: Needs } = { needs: { root: true } };
export const needs = (permission: Permission, subject: Subject | null = null): { needs: Needs } => ({
  needs: { permission, subject },
});

type Parts = Pick<PeopleParts, 'access' | 'repositoryOf'>;

/** Before any route is added. */
export function addGuard(app: FastifyInstance, parts: Parts, rates: Rates = createRates()): void {
  const doors: Door[] = [];

  app.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.needs) throw new Error(`the route ${String(method)} ${url} does not say who may use it`);
    for (const each of [method].flat()) doors.push({ method: each, url, needs: config.needs });
  });
  app.decorate('doors', doors);
  app.decorateRequest('actor');

  app.addHook('onRequest', async (request, reply) => {
    request.actor = stranger;
    const refusal = parts.access.refusal(request.raw);
    if (refusal) throw new HttpProblem('foreign-request', refusal);
    try {
      const { actor, setCookie } = await parts.access.whose(request.raw, {
        mayRotate: isPrivateAnswer(request),
      });
      request.actor = actor;
      if (setCookie) reply.header('set-cookie', setCookie);
    } catch (error) {
      if (error instanceof AccessRefused && error.code === 'wrong-token')
        rates.guessed(addressOf(request.raw));
      throw error;
    } finally {
      // Who guesses tokens is counted too.
      if (isLimited(request)) rates.count(request.actor, addressOf(request.raw), mannerOf(request));
    }
    // Before a body is read for nobody.
    if (request.is404) throw new HttpProblem(404, 'there is nothing here', 'start at /');
    refuseUnknown(request.actor, needsOf(request));
  });

  app.addHook('preHandler', async request => {
    const asked = needsOf(request);
    if ('permission' in asked && asked.subject)
      await refuseElsewhere(parts, request, asked.permission, asked.subject);
  });
}

const needsOf = ({ routeOptions: { config, method, url } }: FastifyRequest): Needs => {
  if (!config.needs) throw new Error(`the route ${String(method)} ${url} does not say who may use it`);
  return config.needs;
};

/** What may be kept by a cache on the way must not carry a secret. */
const isPrivateAnswer = ({ url, raw }: FastifyRequest): boolean =>
  url.startsWith('/api/') && raw.headers.upgrade === undefined;

function mannerOf({ method, url }: FastifyRequest): Manner {
  if (
    /^\/(?:api\/v1\/session|sign-in\/github)\b/.test(url) &&
    (method === 'POST' || !url.startsWith('/api/'))
  )
    return 'sign-in';
  return ['GET', 'HEAD', 'OPTIONS'].includes(method) ? 'read' : 'write';
}

/** What costs the coordinator work and is open to strangers. GitHub's webhooks come in bursts, and are signed. */
const isLimited = ({ url }: FastifyRequest): boolean => !/^\/(?:hooks|assets|healthz|readyz)\b/.test(url);

/** What can be refused without a look at what is asked for. */
function refuseUnknown({ who, rights }: Actor, asked: Needs): void {
  if ('everybody' in asked) return;
  if (who.kind === 'stranger') throw notSignedIn('permission' in asked ? asked.permission : null);
  if ('root' in asked && who.kind !== 'root')
    throw new HttpProblem(
      'missing-permission',
      'this is for whoever is at the coordinator itself',
      'use the CLI on the coordinator',
    );
  if ('permission' in asked && !mayAnywhere(rights, asked.permission)) throw missing(asked.permission);
}

function notSignedIn(permission: Permission | null): HttpProblem {
  const detail = permission === null ? '' : `this needs ${roleText(permission)}`;
  return new HttpProblem(
    'not-signed-in',
    permission === null ? 'this needs somebody who is signed in' : detail,
    'use the CLI on the coordinator, or sign in with: paddock open',
  );
}

/** Whoever may use a permission, in words. */
export function roleText(permission: Permission): string {
  const { role, of } = permissions[permission];
  if (of === 'repository') return `the role ${role} in the repository`;
  return role === 'admin' ? 'an administrator' : `the role ${role} of everything (\`*\`)`;
}

/** Says what is asked for, and nothing of what there is. */
export const missing = (permission: Permission): HttpProblem =>
  new HttpProblem(
    'missing-permission',
    `this needs ${roleText(permission)}`,
    'an administrator can give it: paddock people grant',
  );

/** A repository that is not seen is refused as one that is not there. */
export function refuseIn(
  rights: Rights,
  permission: Permission,
  repository: Repositoryish,
  what: string,
): void {
  if (!mayIn(rights, 'see', repository)) throw absent(what);
  if (!mayIn(rights, permission, repository)) throw missing(permission);
}

const absent = (what: string): HttpProblem =>
  new HttpProblem(404, `there is no such ${what}, or you may not see it`);

async function refuseElsewhere(
  parts: Parts,
  { params, body, actor }: FastifyRequest,
  permission: Permission,
  subject: Subject,
): Promise<void> {
  const of = subjectOf(subject, params, body);
  const repository = await parts.repositoryOf(of);
  // What is not known yet is said to be so to whoever might act there.
  const named = repository ?? ('name' in of ? { fullName: of.name, isPrivate: true } : null);
  if (!named) throw absent(subject);
  refuseIn(actor.rights, permission, named, subject);
}

/** The request has passed its schema: what is missing here is a mistake of the route's. */
function subjectOf(subject: Subject, params: unknown, body: unknown): Parameters<Parts['repositoryOf']>[0] {
  if (subject === 'run') return { run: runId.parse((params as { id?: unknown }).id) };
  if (subject === 'job') return { job: jobId.parse((params as { id?: unknown }).id) };
  return { name: String((body as { repository?: unknown }).repository) };
}
