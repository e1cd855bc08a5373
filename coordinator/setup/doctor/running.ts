import { get as overHttp } from 'node:http';
import { get as overTls } from 'node:https';
import path from 'node:path';
import { limits } from '#shared/limits.ts';
import { lockHolder } from '../../bus/folder-lock.ts';
import { type Place, readPlace } from '../../wiring/place-file.ts';

/** The coordinator that holds a data directory; `url` is null when it does not answer there. */
export type Running = { pid: number; url: string | null };

/** Null when no process holds the directory. */
export async function findRunning(dataDir: string): Promise<Running | null> {
  // A directory that cannot be looked into is held by nobody we know; what is wrong with it is found elsewhere.
  const pid = await lockHolder(path.join(dataDir, 'lock')).catch(() => null);
  if (pid === null) return null;
  const place = await readPlace(dataDir);
  return { pid, url: place !== null && (await answers(place)) ? place.localUrl : null };
}

/** By its own authority, where it speaks TLS; not by `fetch`, which knows only those of this process. */
function answers({ localUrl, authority }: Place): Promise<boolean> {
  const get = localUrl.startsWith('https:') ? overTls : overHttp;
  const options = {
    signal: AbortSignal.timeout(limits.natsRequestMs),
    agent: false,
    ...(authority === null ? {} : { ca: authority }),
  };
  return new Promise(resolve => {
    const request = get(`${localUrl}/healthz`, options, response => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}
