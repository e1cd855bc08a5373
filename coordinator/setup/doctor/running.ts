import { get as overHttp } from 'node:http';
import { get as overTls } from 'node:https';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import type { Finding } from '#shared/diagnosis.ts';
import { limits } from '#shared/limits.ts';
import { type ReadyParts, readyParts, troublesOf } from '#shared/readiness.ts';
import { lockHolder } from '../../bus/folder-lock.ts';
import { type Place, readPlace } from '../../wiring/place-file.ts';
import { bad, good } from './finding.ts';

/** The coordinator that holds a data directory; `url` is null when it does not answer there. `parts`: how it stands. */
export type Running = { pid: number; url: string | null; parts: ReadyParts | null };

/** Null when no process holds the directory. */
export async function findRunning(dataDir: string): Promise<Running | null> {
  // A directory that cannot be looked into is held by nobody we know; what is wrong with it is found elsewhere.
  const pid = await lockHolder(path.join(dataDir, 'lock')).catch(() => null);
  if (pid === null) return null;
  const place = await readPlace(dataDir);
  const isThere = place !== null && (await askPlace(place, '/healthz'))?.status === 200;
  return isThere
    ? { pid, url: place.localUrl, parts: partsIn(await askPlace(place, '/readyz')) }
    : { pid, url: null, parts: null };
}

/** By its own authority, where it speaks TLS; not by `fetch`, which knows only those of this process. */
export function askPlace(
  { localUrl, authority }: Place,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer | null> {
  const get = localUrl.startsWith('https:') ? overTls : overHttp;
  const options = {
    signal: AbortSignal.timeout(limits.natsRequestMs),
    agent: false,
    headers,
    ...(authority === null ? {} : { ca: authority }),
  };
  return new Promise(resolve => {
    const request = get(localUrl + path, options, async response => {
      const body = await text(response).catch(() => null);
      resolve(body === null ? null : { status: response.statusCode ?? 0, body });
    });
    request.on('error', () => resolve(null));
  });
}

type Answer = { status: number; body: string };

/** Ready or not, the answer has all parts; one that is not understood says nothing. */
function partsIn(answer: Answer | null): ReadyParts | null {
  try {
    return z.object({ parts: readyParts }).parse(JSON.parse(answer?.body ?? '')).parts;
  } catch {
    return null; // a coordinator of another version, or none that answers in time
  }
}

/** Whether the coordinator that runs does its work. */
export function readinessFindings({ url, parts }: Running): Finding[] {
  const about = 'coordinator';
  if (url === null || parts === null) return [];
  const troubles = troublesOf(parts);
  return troubles.length === 0
    ? [good(about, 'it is ready')]
    : troubles.map(trouble => bad(about, `it is not ready: ${trouble}`, 'its log has the reason'));
}
