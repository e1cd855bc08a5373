/** The shell: what a job asks for is found and sent, what it handed over counts when it has passed, what is old goes. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AttemptId, CommitSha, Instant, RepositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Blobs } from '../blobs/blobs.ts';
import { BlobError } from '../blobs/errors.ts';
import { problem, refuse } from '../ground/refuse.ts';
import { findAttempt } from '../store/attempts.ts';
import {
  beginCache,
  type Cache,
  dropCaches,
  findNewestCache,
  forgetBegunCaches,
  listCaches,
  touchCache,
} from '../store/caches.ts';
import { findChangeById } from '../store/changes.ts';
import { findJob, type Job } from '../store/jobs.ts';
import { findRepository, type Repository } from '../store/repositories.ts';
import { findRun, type Run } from '../store/runs.ts';
import type { Store, Tx } from '../store/store.ts';
import { type CacheFacts, chooseCache, evictions, scopesOf } from './choose-cache.ts';

export type CacheParts = {
  store: Store;
  blobs: Blobs;
  /** The object id of a file of a commit, null where there is none. @throws when the commit cannot be read */
  fileId(repository: RepositoryId, commit: CommitSha, path: string): Promise<string | null>;
  report: { warn(fields: object, message: string): void };
  now: () => Instant;
};

export type Caches = {
  /** Answers `GET /caches/<attempt>/<prefix>`; whose token it is has been verified. */
  serve(
    request: IncomingMessage,
    response: ServerResponse,
    asked: { attempt: AttemptId; prefix: string },
  ): Promise<void>;
  /** Drops what is too old or too much; answers how many. */
  reap(): Promise<number>;
};

type Definition = NonNullable<Job['definition']['caches']>[number];

/** What one attempt may do with one of its caches. */
type Order = { job: Job; run: Run; definition: Definition; scopes: ReturnType<typeof scopesOf> };

export function createCaches(parts: CacheParts): Caches {
  return {
    async serve(_request, response, { attempt, prefix }) {
      const order = await orderOf(parts.store.read, attempt, prefix);
      if (!order)
        return refuse(
          response,
          problem('no-cache', `${attempt} is over, or its suite has no cache ${prefix}`),
        );
      const key = await keyOf(parts, order);
      const place = { repository: order.job.repositoryId, image: order.job.image, prefix };
      const found = await chooseCache(order.scopes.reads, key, (scope, wanted) =>
        findNewestCache(parts.store.read, { ...place, scope }, wanted),
      );
      const here = found && (await parts.blobs.size(found.cache.sha256)) === found.cache.bytes ? found : null;
      if (found && !here) await forget(parts, found.cache);
      const scope = here?.isExact ? null : order.scopes.writes;
      await parts.store.write(async tx => {
        if (scope !== null) await beginCache(tx, attempt, { ...place, scope, key }, parts.now());
        if (here) await touchCache(tx, here.cache, parts.now());
      });
      return send(parts, response, here?.cache ?? null, scope !== null);
    },
    async reap() {
      const now = parts.now();
      const { cacheKeepMs: keepMs, cacheRepositoryBytes: repositoryBytes } = limits;
      const old = evictions(await listCaches(parts.store.read, null), { now, keepMs, repositoryBytes });
      await parts.store.write(async tx => {
        await forgetBegunCaches(tx, now - limits.machineMaxAgeMs);
        await dropCaches(tx, old);
      });
      return old.length;
    },
  };
}

async function orderOf(tx: Tx, id: AttemptId, prefix: string): Promise<Order | null> {
  const attempt = await findAttempt(tx, id);
  const job = attempt?.state.status === 'running' ? await findJob(tx, attempt.jobId) : null;
  const definition = job?.definition.caches?.find(cache => cache.prefix === prefix);
  const run = job && (await findRun(tx, job.runId));
  const repository = run && (await findRepository(tx, run.repositoryId));
  if (!job || !definition || !run || !repository) return null;
  return { job, run, definition, scopes: scopesOf(await factsOf(tx, run, repository, job)) };
}

async function factsOf(tx: Tx, run: Run, repository: Repository, job: Job): Promise<CacheFacts> {
  const change = run.changeId === null ? null : await findChangeById(tx, run.changeId);
  const isOfChange = run.purpose === 'change' && change !== null;
  const ownBranch = run.purpose === 'landed' ? run.ref : repository.defaultBranch;
  return {
    purpose: run.purpose,
    isTrusted: job.isTrusted,
    branch: isOfChange ? change.baseRef : ownBranch,
    change: isOfChange ? change.number : null,
  };
}

/** The commit's own files tell one cache from another; the machine cannot say what its key is. */
async function keyOf({ fileId }: CacheParts, { run, definition }: Order): Promise<string> {
  const { path, files } = definition;
  const ids = await Promise.all(
    files.map(async file => [file, await fileId(run.repositoryId, run.commit, file)]),
  );
  return createHash('sha256')
    .update(JSON.stringify([path, ids]))
    .digest('hex');
}

async function forget({ store, report }: CacheParts, cache: Cache): Promise<void> {
  report.warn(
    { attempt: cache.attempt, prefix: cache.prefix },
    'the bytes of a cache are gone; it is forgotten',
  );
  await store.write(tx => dropCaches(tx, [cache]));
}

async function send(
  { blobs }: CacheParts,
  response: ServerResponse,
  cache: Cache | null,
  mayKeep: boolean,
): Promise<void> {
  const keep = { 'paddock-keep': mayKeep ? '?1' : '?0', 'cache-control': 'no-store' };
  if (!cache) {
    response.writeHead(204, keep).end();
    return;
  }
  response.writeHead(200, {
    ...keep,
    'content-type': 'application/octet-stream',
    'content-length': cache.bytes,
    'paddock-digest': cache.sha256,
  });
  try {
    await pipeline(Readable.from(blobs.get(cache.sha256), { objectMode: false }), response);
  } catch (error) {
    // The machine is gone, or the cache went while it was sent: there is no answer left that could say so.
    if (!(error instanceof BlobError) && !response.destroyed) throw error;
    response.destroy();
  }
}
