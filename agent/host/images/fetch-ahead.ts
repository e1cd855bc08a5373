/**
 * Files of images are fetched before a machine needs them: a boot deadline is no time for a large one. One at a time, in
 * the order in which they are named, and none while a machine waits for a download of its own. Level-triggered: the newest
 * list holds, and what it names is kept.
 */

import type { ImageFilesAhead, ImageFilesOnHost } from '#shared/host-messages.ts';
import { limits } from '#shared/limits.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { startLoop } from '../loop.ts';
import { type ImageFile, type ImageStore, tokenOf } from './image-store.ts';

export type FetchAhead = {
  /** Repeating a list is harmless; one that is shorter ends no download. */
  want(ahead: ImageFilesAhead): void;
  /** Null until a list has come and was looked at. */
  observed(): ImageFilesOnHost | null;
  /** Ends before the store does. */
  close(): Promise<void>;
};

type Parts = {
  images: ImageStore;
  log: Log;
  /** A file is here, or is not to be had. */
  onChange: () => void;
};

/** Why the last try failed, and when there is another: monotonic. */
type Failure = { message: string; dueAt: number };

export function createFetchAhead({ images, log, onChange }: Parts): FetchAhead {
  let wanted: ImageFile[] | null = null;
  let here: string[] | null = null;
  const failures = new Map<string, Failure>();

  let fetching: Promise<void> = Promise.resolve();

  /** Keeps what is wanted, too: whoever is asked for does not count as unused. */
  async function look(files: readonly ImageFile[]): Promise<ImageFile[]> {
    const found = await Promise.all(files.map(({ sha256 }) => images.has(sha256)));
    const before = here?.join();
    here = files.filter((_, n) => found[n]).map(({ sha256 }) => sha256);
    const missing = files.filter((_, n) => !found[n]);
    for (const sha256 of failures.keys())
      if (!missing.some(file => file.sha256 === sha256)) failures.delete(sha256);
    if (before !== here.join()) onChange();
    return missing;
  }

  async function tick(signal: AbortSignal): Promise<number> {
    if (!wanted) return limits.imageAheadAgainMs;
    const missing = await look(wanted);
    if (images.downloads().length > 0) return limits.imageAheadLookMs;
    const now = performance.now();
    const due = missing.find(({ sha256 }) => (failures.get(sha256)?.dueAt ?? 0) <= now);
    if (!due) return missing.length > 0 ? limits.imageAheadLookMs : limits.imageAheadAgainMs;
    fetching = fetchOne(due, signal);
    onChange();
    return limits.imageAheadLookMs;
  }

  /** Not within a tick: what machines fetch meanwhile is to be seen. */
  async function fetchOne(file: ImageFile, signal: AbortSignal): Promise<void> {
    try {
      await images.fetch(file, signal);
    } catch (error) {
      if (!signal.aborted) fail(file.sha256, messageOf(error));
    }
    loop.wake();
  }

  function fail(sha256: string, message: string): void {
    if (failures.get(sha256)?.message !== message)
      log('warn', `a file of an image was not fetched ahead: ${message}; it is tried again`, { sha256 });
    failures.set(sha256, { message, dueAt: performance.now() + limits.imageAheadAgainMs });
    onChange();
  }

  const loop = startLoop(tick);
  return {
    want({ at, token, files }) {
      const before = wanted?.map(({ sha256 }) => sha256).join();
      wanted = files.map(({ sha256, url = `${at}/images/${sha256}` }) => ({
        url,
        sha256,
        token: tokenOf(url, { at, token }),
      }));
      if (before !== wanted.map(({ sha256 }) => sha256).join()) loop.wake();
    },
    observed: () =>
      here && {
        here,
        fetching: images.downloads().slice(0, limits.imageFilesNamed),
        failed: [...failures]
          .slice(0, limits.imageFilesNamed)
          .map(([sha256, { message }]) => ({ sha256, message: message.slice(0, 500) })),
      },
    async close() {
      await loop.close();
      await fetching;
    },
  };
}
