/**
 * The files of images (disks, kernels) on this host, each under its SHA-256: fetched once, verified before anything uses
 * it, shared by every image and version that names it. A download goes on when the machine that wanted it is given up,
 * because the next one will want it too.
 *
 *   <store>/<sha256>           complete and verified
 *   <store>/<sha256>.part      being fetched; removed at the next start
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { limits } from '#shared/limits.ts';
import { unlessAborted } from '../deadline.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { ImageUnavailable } from './errors.ts';
import { isUnused, touch } from './last-used.ts';

/** `token`: for an address of the coordinator's own, and for no other. */
export type ImageFile = { url: string; sha256: string; token: string | null };

export type ImageStore = {
  /** Where the file is, once it is here whole and verified. Throws `ImageUnavailable`, or the signal's reason. */
  fetch(file: ImageFile, signal: AbortSignal): Promise<string>;
  /** Ends what is under way. */
  close(): Promise<void>;
};

export async function openImageStore(store: string, log: Log): Promise<ImageStore> {
  await mkdir(store, { recursive: true, mode: 0o711 });
  for (const name of await readdir(store)) if (await isOld(join(store, name))) await rm(join(store, name));
  const closing = new AbortController();
  const fetches = new Map<string, Promise<string>>();

  function begin(file: ImageFile): Promise<string> {
    const fetching = fetchFile(store, file, closing.signal, log).finally(() => fetches.delete(file.sha256));
    fetching.catch(() => {}); // whoever waits is told; nobody may be waiting any more
    fetches.set(file.sha256, fetching);
    return fetching;
  }

  return {
    async fetch(file, signal) {
      const place = join(store, file.sha256);
      if (await touch(place)) return place;
      return unlessAborted(fetches.get(file.sha256) ?? begin(file), signal);
    },
    async close() {
      closing.abort(new Error('the host agent is closing'));
      await Promise.allSettled(fetches.values());
    },
  };
}

async function fetchFile(store: string, file: ImageFile, closing: AbortSignal, log: Log): Promise<string> {
  const place = join(store, file.sha256);
  const part = `${place}.part`;
  const since = performance.now();
  try {
    const { bytes, sha256 } = await download(file, part, closing);
    if (sha256 !== file.sha256)
      throw new ImageUnavailable(
        `${file.url} is not the file that the image names: its SHA-256 is ${sha256}, expected ${file.sha256}; it is not used`,
        { isTransient: false },
      );
    await rename(part, place);
    log('info', 'a file of an image is here', {
      url: file.url,
      sha256,
      bytes,
      ms: Math.round(performance.now() - since),
    });
    return place;
  } catch (cause) {
    await rm(part, { force: true });
    if (cause instanceof ImageUnavailable) throw cause;
    throw new ImageUnavailable(`${file.url} cannot be fetched: ${messageOf(cause)}`, {
      isTransient: true,
      cause,
    });
  }
}

async function download(
  { url, token }: ImageFile,
  part: string,
  closing: AbortSignal,
): Promise<{ bytes: number; sha256: string }> {
  const stall = new AbortController();
  const stalled = () => stall.abort(new Error(`nothing came for ${limits.imageStallMs / 1_000} s`));
  const timer = setTimeout(stalled, limits.imageStallMs);
  const signal = AbortSignal.any([closing, stall.signal, AbortSignal.timeout(limits.imageFetchMs)]);
  const hash = createHash('sha256');
  let bytes = 0;
  const digest = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh();
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    const { body, status } = await fetch(url, {
      signal,
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      redirect: token === null ? 'follow' : 'error',
    });
    if (status !== 200 || !body) throw new Error(`the server answered ${status}`);
    await pipeline(body, digest, createWriteStream(part, { mode: 0o644, flush: true }), { signal });
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    clearTimeout(timer);
  }
}

/** Half fetched, or not used for long. */
const isOld = async (path: string): Promise<boolean> => path.endsWith('.part') || (await isUnused(path));
