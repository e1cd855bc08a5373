/**
 * Before the steps: directories as an earlier job has left them. `GET <url>/<prefix>` answers 200 with a packed directory
 * and its SHA-256 in `Paddock-Digest`, or 204 without one; `Paddock-Keep: ?1` says that this job may hand over its own. A
 * cache is a help: whatever goes wrong on its way is written down, and the job goes on without.
 */
import type { IncomingMessage } from 'node:http';
import type { CacheOrder } from '#shared/cache.ts';
import { limits } from '#shared/limits.ts';
import type { RunSpec } from '#shared/messages.ts';
import type { Way } from '../../credentials/route.ts';
import { ask } from '../ask.ts';
import type { Diagnostics } from '../diagnostics.ts';
import { reasonOf } from '../errors.ts';
import { problemText } from '../problem-text.ts';
import type { Site } from '../site.ts';
import { boundedBy } from '../waiting.ts';
import type { Workplace } from '../workplace.ts';

export type CacheWork = {
  caches: NonNullable<RunSpec['caches']>;
  site: Site;
  place: Workplace;
  way: Way;
  log: Diagnostics;
  signal: AbortSignal;
};

/** Returns those that may be handed over when the job has passed. Throws the signal's reason. */
export async function restoreCaches(work: CacheWork): Promise<CacheOrder[]> {
  const { caches, site, log, signal } = work;
  if (!site.caches) {
    log('caches-left-out', { message: 'a computer that runs no agent has no caches' });
    return [];
  }
  const toKeep: CacheOrder[] = [];
  for (const order of caches.entries) {
    const deadline = boundedBy(signal, limits.cacheDeadlineMs, 'it took too long');
    try {
      if (await restoreOne(work, site.caches, order, deadline.signal)) toKeep.push(order);
    } catch (error) {
      signal.throwIfAborted();
      log('cache-not-restored', { cache: order.prefix, message: reasonOf(error) });
    } finally {
      deadline.clear();
    }
  }
  return toKeep;
}

/** @returns whether this job may hand over its own. */
async function restoreOne(
  { caches: { url, token }, way, place, log }: CacheWork,
  directories: NonNullable<Site['caches']>,
  order: CacheOrder,
  signal: AbortSignal,
): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await ask(`${url}/${order.prefix}`, { headers, way, signal });
  const mayKeep = answer.headers['paddock-keep'] === '?1';
  if (answer.statusCode === 200) {
    const since = Date.now();
    await directories.unpack(place, order.path, { body: answer, sha256: digestOf(answer) }, signal);
    log('cache-restored', { cache: order.prefix, ms: Date.now() - since });
    return mayKeep;
  }
  const text = await problemText(answer);
  if (answer.statusCode !== 204) throw new Error(`it was refused (${answer.statusCode}): ${text}`);
  return mayKeep;
}

const digestOf = ({ headers }: IncomingMessage): string => String(headers['paddock-digest'] ?? '');
