import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { limits } from '#shared/limits.ts';
import { lockHolder } from '../../bus/folder-lock.ts';
import { placeFile } from '../../wiring/place-file.ts';

/** The coordinator that holds a data directory; `url` is null when it does not answer there. */
export type Running = { pid: number; url: string | null };

const place = z.object({ peopleUrl: z.url(), pid: z.number().int() });

/** Null when no process holds the directory. */
export async function findRunning(dataDir: string): Promise<Running | null> {
  // A directory that cannot be looked into is held by nobody we know; what is wrong with it is found elsewhere.
  const pid = await lockHolder(path.join(dataDir, 'lock')).catch(() => null);
  if (pid === null) return null;
  const url = await readFile(placeFile(dataDir), 'utf8').then(urlIn, () => null);
  return { pid, url: url !== null && (await answers(url)) ? url : null };
}

function urlIn(text: string): string | null {
  try {
    return place.parse(JSON.parse(text)).peopleUrl;
  } catch {
    return null; // no coordinator wrote this; one that holds the lock then counts as silent
  }
}

async function answers(url: string): Promise<boolean> {
  const signal = AbortSignal.timeout(limits.natsRequestMs);
  const response = await fetch(`${url}/healthz`, { signal, redirect: 'manual' }).catch(() => null);
  await response?.body?.cancel();
  return response?.ok === true;
}
