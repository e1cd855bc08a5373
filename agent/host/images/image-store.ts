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
import { mkdir, readdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { limits } from '#shared/limits.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { unlessAborted } from '../deadline.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { ImageUnavailable } from './errors.ts';
import { isUnused, touch } from './last-used.ts';
import { type Opened, openImage } from './open-image.ts';

/** `token`: for an address of the coordinator's own, and for no other. */
export type ImageFile = { url: string; sha256: string; token: string | null };

/** What is shown to the coordinator, and to nobody else. */
export const tokenOf = (url: string, { at, token }: { at: string; token: string }): string | null =>
  new URL(url).origin === new URL(at).origin ? token : null;

/** One that is on its way; `totalBytes` is null until a server has said, which it need not. */
export type Download = { sha256: string; bytes: number; totalBytes: number | null };

export type ImageStore = {
  /** Where the file is, once it is here whole and verified. Throws `ImageUnavailable`, or the signal's reason. */
  fetch(file: ImageFile, signal: AbortSignal): Promise<string>;
  /** Whether it is here. Whoever asks wants it: it counts as used. */
  has(sha256: string): Promise<boolean>;
  downloads(): Download[];
  /** Ends what is under way. */
  close(): Promise<void>;
};

/** `authorities`: PEM of whom this host believes for its coordinator; null: the usual ones. */
export async function openImageStore(
  store: string,
  authorities: string | null,
  log: Log,
): Promise<ImageStore> {
  await mkdir(store, { recursive: true, mode: 0o711 });
  for (const name of await readdir(store)) if (await isOld(join(store, name))) await rm(join(store, name));
  const closing = new AbortController();
  const fetches = new Map<string, { download: Download; ended: Promise<string> }>();

  function begin(file: ImageFile): Promise<string> {
    const download: Download = { sha256: file.sha256, bytes: 0, totalBytes: null };
    const ended = fetchFile({ store, file, authorities, download, log }, closing.signal).finally(() =>
      fetches.delete(file.sha256),
    );
    ended.catch(() => {}); // whoever waits is told; nobody may be waiting any more
    fetches.set(file.sha256, { download, ended });
    return ended;
  }

  return {
    async fetch(file, signal) {
      const place = join(store, file.sha256);
      if (await touch(place)) return place;
      return unlessAborted(fetches.get(file.sha256)?.ended ?? begin(file), signal);
    },
    has: sha256 => touch(join(store, sha256)),
    downloads: () => [...fetches.values()].map(({ download }) => ({ ...download })),
    async close() {
      closing.abort(new Error('the host agent is closing'));
      await Promise.allSettled([...fetches.values()].map(({ ended }) => ended));
    },
  };
}

type Fetch = {
  store: string;
  file: ImageFile;
  authorities: string | null;
  download: Download;
  log: Log;
};

async function fetchFile(
  { store, file, authorities, download, log }: Fetch,
  closing: AbortSignal,
): Promise<string> {
  const place = join(store, file.sha256);
  const part = `${place}.part`;
  const since = performance.now();
  try {
    const sha256 = await receive({ file, authorities, download }, part, closing);
    if (sha256 !== file.sha256)
      throw new ImageUnavailable(
        `${file.url} is not the file that the image names: its SHA-256 is ${sha256}, expected ${file.sha256}; it is not used`,
        { isTransient: false },
      );
    await rename(part, place);
    log('info', 'a file of an image is here', {
      url: file.url,
      sha256,
      bytes: download.bytes,
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

/** @returns the SHA-256 of what came */
async function receive(
  { file, authorities, download }: Pick<Fetch, 'file' | 'authorities' | 'download'>,
  part: string,
  closing: AbortSignal,
): Promise<string> {
  const stall = new AbortController();
  const stalled = () => stall.abort(new Error(`nothing came for ${limits.imageStallMs / 1_000} s`));
  const timer = setTimeout(stalled, limits.imageStallMs);
  const signal = AbortSignal.any([closing, stall.signal, AbortSignal.timeout(limits.imageFetchMs)]);
  const hash = createHash('sha256');
  const digest = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh();
      hash.update(chunk);
      download.bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    const { body, status, header } = await openImage(file, authorities, signal);
    if (status !== 200 || !body) throw new Error(`the server answered ${status}`);
    download.totalBytes = lengthIn(header);
    await assertRoom(dirname(part), download.totalBytes ?? 0);
    await pipeline(body, digest, createWriteStream(part, { mode: 0o644, flush: true }), { signal });
    return hash.digest('hex');
  } finally {
    clearTimeout(timer);
  }
}

/** Of a body that comes as it is; one that is compressed on its way has another length than its file. */
function lengthIn(header: Opened['header']): number | null {
  const length = Number(header('content-length') ?? Number.NaN);
  return header('content-encoding') !== null || !Number.isSafeInteger(length) ? null : length;
}

/** Sooner than with a full disk, which machines have to write on too. */
async function assertRoom(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (bytes + limits.imageFreeBytes > free)
    throw new Error(
      `it is ${bytesText(bytes)}, and ${bytesText(free)} are free in ${directory}, of which ${bytesText(limits.imageFreeBytes)} stay free; make room there`,
    );
}

/** Half fetched, or not used for long. */
const isOld = async (path: string): Promise<boolean> => path.endsWith('.part') || (await isUnused(path));
