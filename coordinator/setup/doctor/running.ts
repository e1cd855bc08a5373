import path from 'node:path';
import { limits } from '#shared/limits.ts';
import { lockHolder } from '../../bus/folder-lock.ts';
import { readPlace } from '../../wiring/place-file.ts';

/** The coordinator that holds a data directory; `url` is null when it does not answer there. */
export type Running = { pid: number; url: string | null };

/** Null when no process holds the directory. */
export async function findRunning(dataDir: string): Promise<Running | null> {
  // A directory that cannot be looked into is held by nobody we know; what is wrong with it is found elsewhere.
  const pid = await lockHolder(path.join(dataDir, 'lock')).catch(() => null);
  if (pid === null) return null;
  const url = (await readPlace(dataDir))?.localUrl ?? null;
  return { pid, url: url !== null && (await answers(url)) ? url : null };
}

async function answers(url: string): Promise<boolean> {
  const signal = AbortSignal.timeout(limits.natsRequestMs);
  const response = await fetch(`${url}/healthz`, { signal, redirect: 'manual' }).catch(() => null);
  await response?.body?.cancel();
  return response?.ok === true;
}
