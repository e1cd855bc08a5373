/**
 * What is written down of each route that changes something: the name of the act, what it is done to, how that was before,
 * and which fields of the request are kept. What is not named here is kept nowhere, so that no secret gets into the log.
 */
import type { ActName, AuditValues } from '#shared/audit.ts';
import { jobId, runId, type SessionId, type TokenId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { secretPlace } from '#shared/secrets.ts';
import type { Actor } from '../access/actor.ts';
import type { Tx } from '../audit/audit.ts';
import type { PeopleParts, StatesBefore } from './parts.ts';

/** A request as far as it is known: one that was refused at the door has no body yet. */
export type Asked = {
  params: Record<string, string>;
  body: Record<string, unknown>;
  query: Record<string, unknown>;
  actor: Actor;
};

export type AuditedAct = {
  act: ActName;
  subject(asked: Asked): string;
  /** Fields of the body that say what was asked for. */
  keeps?: readonly string[];
  /** Fields of what the change answered. */
  made?: readonly string[];
  /** What is known beforehand of how it will be. */
  after?: AuditValues;
  /** Read in the transaction of the change. */
  before?(states: StatesBefore, tx: Tx, asked: Asked): Promise<AuditValues | null>;
  /** Default: `repository` of the body. */
  repository?(parts: PeopleParts, asked: Asked): Promise<string | null>;
  /** False: this request is no act of its own. Default: each is. */
  isAct?(asked: Asked): boolean;
};

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
const param =
  (name: string) =>
  ({ params }: Asked): string =>
    text(params[name]);
const fields =
  (...names: string[]) =>
  ({ body }: Asked): string =>
    names
      .map(name => text(body[name]))
      .filter(Boolean)
      .join(' ');

const onRun = {
  subject: param('id'),
  repository: async (parts: PeopleParts, { params }: Asked) =>
    (await parts.repositoryOf({ run: runId.parse(params.id) }))?.fullName ?? null,
  before: (states: StatesBefore, tx: Tx, { params }: Asked) => states.run(tx, runId.parse(params.id)),
};
const onJob = {
  subject: param('id'),
  repository: async (parts: PeopleParts, { params }: Asked) =>
    (await parts.repositoryOf({ job: jobId.parse(params.id) }))?.fullName ?? null,
  before: (states: StatesBefore, tx: Tx, { params }: Asked) => states.job(tx, jobId.parse(params.id)),
};
const onHost = {
  subject: param('name'),
  before: (states: StatesBefore, tx: Tx, { params }: Asked) => states.host(tx, text(params.name)),
};
const onPool = {
  subject: param('image'),
  before: (states: StatesBefore, tx: Tx, { params }: Asked) => states.pool(tx, text(params.image)),
};
const onImage = {
  subject: param('name'),
  before: (states: StatesBefore, tx: Tx, { params }: Asked) => states.image(tx, text(params.name)),
};
const onSecret = {
  subject: fields('repository', 'name', 'stage'),
  before: (states: StatesBefore, tx: Tx, { body }: Asked) =>
    states.secret(tx, secretPlace.strip().parse(body)),
};
const onRole = {
  subject: fields('login', 'pattern'),
  before: (states: StatesBefore, tx: Tx, { body }: Asked) =>
    states.grant(tx, text(body.login), text(body.pattern)),
  repository: async (_: PeopleParts, { body }: Asked) => text(body.pattern) || null,
};
const newToken = {
  act: 'token.create',
  subject: fields('name'),
  keeps: ['name', 'role', 'pattern', 'days'],
  made: ['id', 'kind'],
  repository: async (_: PeopleParts, { body }: Asked) => text(body.pattern) || null,
} as const satisfies AuditedAct;
const onPull = {
  subject: ({ body }: Asked) => (body.repository ? `${text(body.repository)}#${text(body.number)}` : ''),
};

/** An address without the name and password that it may carry. */
const plainAddress = (address: string): string => address.replace(/\/\/[^/@]*@/, '//');

/** By method and address of the route. */
/** Questions that are asked with a body: nothing comes of them, and nothing is written down. */
export const questions: ReadonlySet<string> = new Set(['POST /api/v1/pools/:image/preview']);

export const auditedActs: Readonly<Record<string, AuditedAct>> = {
  'POST /api/v1/runs': {
    act: 'run.start',
    subject: ({ body }) => text(body.name) || plainAddress(text(body.repository)),
    keeps: ['commit', 'ref', 'images'],
    made: ['run'],
    repository: async (_, { body }) => text(body.name) || null,
  },
  'POST /api/v1/runs/:id/cancel': { act: 'run.cancel', ...onRun },
  'POST /api/v1/runs/:id/rerun': { act: 'run.rerun', ...onRun },
  'POST /api/v1/runs/:id/approve': { act: 'run.approve', ...onRun, keeps: ['commit'] },
  'POST /api/v1/jobs/:id/cancel': { act: 'job.cancel', ...onJob },
  'POST /api/v1/jobs/:id/rerun': { act: 'job.rerun', ...onJob },
  'POST /api/v1/merges': { act: 'merge.ask', ...onPull, keeps: ['priority'] },
  'POST /api/v1/merges/withdraw': { act: 'merge.withdraw', ...onPull },
  'POST /api/v1/caches/drop': {
    act: 'cache.drop',
    subject: fields('repository', 'image', 'prefix'),
    keeps: ['image', 'prefix'],
  },
  'POST /api/v1/secrets': {
    act: 'secret.set',
    ...onSecret,
    keeps: ['form', 'images', 'labels'],
    made: ['version'],
  },
  'POST /api/v1/secrets/remove': { act: 'secret.remove', ...onSecret },
  'POST /api/v1/secrets/rotate-key': { act: 'secret-key.rotate', subject: () => 'the root key of secrets' },
  'POST /api/v1/tokens': newToken,
  'POST /api/v1/tokens/programs': newToken,
  'POST /api/v1/tokens/:id/revoke': {
    act: 'token.revoke',
    subject: param('id'),
    before: (states, tx, { params }) => states.token(tx, params.id as TokenId),
  },
  'POST /api/v1/sessions/:id/end': {
    act: 'session.end',
    subject: param('id'),
    before: (states, tx, { params }) => states.session(tx, params.id as SessionId),
  },
  'POST /api/v1/sessions/end': {
    act: 'session.end-all',
    subject: ({ body }) => (body.whose === 'everybody' ? 'of everybody' : "one's own"),
    made: ['ended'],
  },
  'POST /api/v1/people/grants': { act: 'role.grant', ...onRole, keeps: ['role'] },
  'POST /api/v1/people/grants/revoke': { act: 'role.revoke', ...onRole },
  'POST /api/v1/links': { act: 'link.create', subject: () => 'the administrator of the coordinator' },
  'POST /api/v1/hosts': { act: 'host.add', subject: fields('name'), keeps: ['traits'] },
  'POST /api/v1/hosts/:name/set': { act: 'host.set', ...onHost, keeps: ['labels', 'resources'] },
  'POST /api/v1/hosts/:name/drain': { act: 'host.drain', ...onHost, after: { isDraining: true } },
  'POST /api/v1/hosts/:name/resume': { act: 'host.resume', ...onHost, after: { isDraining: false } },
  'POST /api/v1/hosts/:name/remove': { act: 'host.remove', ...onHost, keeps: ['isForced'] },
  'POST /api/v1/pools/:image/scale': { act: 'pool.scale', ...onPool, keeps: ['warm', 'max', 'idleMs'] },
  'POST /api/v1/pools/:image/pause': { act: 'pool.pause', ...onPool, after: { isPaused: true } },
  'POST /api/v1/pools/:image/resume': { act: 'pool.resume', ...onPool, after: { isPaused: false } },
  'POST /api/v1/pools/:image/reset': { act: 'pool.reset', ...onPool },
  'POST /api/v1/images': {
    act: 'image.add',
    subject: ({ body }) => text((body.manifest as { name?: unknown } | undefined)?.name),
    made: ['number', 'isNew'],
  },
  'POST /api/v1/images/:name/test': { act: 'image.test', ...onImage, keeps: ['number'], made: ['number'] },
  'POST /api/v1/images/:name/rollback': {
    act: 'image.rollback',
    ...onImage,
    keeps: ['to'],
    made: ['number'],
  },
  'POST /api/v1/images/:name/disable': { act: 'image.disable', ...onImage, after: { isDisabled: true } },
  'POST /api/v1/images/:name/enable': { act: 'image.enable', ...onImage, after: { isDisabled: false } },
  'POST /api/v1/images/:name/remove': { act: 'image.remove', ...onImage },
  'PUT /api/v1/image-files/:sha256': {
    act: 'image-file.upload',
    subject: param('sha256'),
    // A file comes in many parts: it is sent when the last has come.
    isAct: ({ query }) => Number(query.bytes) - Number(query.offset) <= limits.uploadChunkBytes,
  },
  'GET /api/v1/audit/export': {
    act: 'audit.export',
    subject: () => 'the audit log',
  },
};
