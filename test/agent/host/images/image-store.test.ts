import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ImageUnavailable } from '#agent/host/images/errors.ts';
import { openImageStore } from '#agent/host/images/image-store.ts';
import { limits } from '#shared/limits.ts';
import { startHttpServer } from '#test/agent/guest/support/http-server.ts';

const content = Buffer.from('a disk, as it should be');
const sha256 = createHash('sha256').update(content).digest('hex');
const signal = new AbortController().signal;

let directory: string;
let asked: (string | undefined)[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-images-'));
  asked = [];
});
afterEach(() => rm(directory, { recursive: true }));

async function withServer(listener: RequestListener, act: (url: string) => Promise<void>): Promise<void> {
  const server = await startHttpServer((request, response) => {
    asked.push(request.headers.authorization);
    listener(request, response);
  });
  try {
    await act(`${server.url}/disk`);
  } finally {
    await server.close();
  }
}

const open = () => openImageStore(directory, null, () => undefined);

test('a file is fetched once, however many want it, and kept under its digest', () =>
  withServer(
    (_, response) => response.end(content),
    async url => {
      const store = await open();
      const file = { url, sha256, token: 'of-this-host' };
      const places = await Promise.all([store.fetch(file, signal), store.fetch(file, signal)]);
      expect(await store.fetch(file, signal)).toBe(places[0]);
      expect(await readFile(places[0] ?? '')).toEqual(content);
      expect(asked).toEqual(['Bearer of-this-host']);
      expect(await readdir(directory)).toEqual([sha256]);
      await store.close();
    },
  ));

test('a file of another digest is refused with both, not kept, and not tried again for the same machine', () =>
  withServer(
    (_, response) => response.end('another disk'),
    async url => {
      const store = await open();
      const failed = await store.fetch({ url, sha256, token: null }, signal).catch(error => error);
      expect(failed).toBeInstanceOf(ImageUnavailable);
      expect(failed).toMatchObject({
        isTransient: false,
        message: expect.stringContaining(`expected ${sha256}`),
      });
      expect(asked).toEqual([undefined]);
      expect(await readdir(directory)).toEqual([]);
      await store.close();
    },
  ));

test('a server that has no such file, or breaks off, may have it later', () =>
  withServer(
    (_, response) => {
      if (asked.length === 1) response.writeHead(404).end();
      else
        response
          .writeHead(200, { 'content-length': content.length })
          .write('a disk', () => response.destroy());
    },
    async url => {
      const store = await open();
      const file = { url, sha256, token: null };
      for (const words of ['answered 404', 'cannot be fetched'])
        await expect(store.fetch(file, signal)).rejects.toMatchObject({
          isTransient: true,
          message: expect.stringContaining(words),
        });
      expect(await readdir(directory)).toEqual([]);
      await store.close();
    },
  ));

test('whoever gives up waiting does not end the download, and closing does', () =>
  withServer(
    (_, response) => void response.writeHead(200).write('a disk'),
    async url => {
      const store = await open();
      const waiting = new AbortController();
      const fetching = store.fetch({ url, sha256, token: null }, waiting.signal);
      waiting.abort(new Error('no longer wanted'));
      await expect(fetching).rejects.toThrow('no longer wanted');
      await store.close();
      expect(await readdir(directory)).toEqual([]);
    },
  ));

test('what was half fetched, or not used for long, makes room at the next start', async () => {
  for (const name of ['used', 'old', 'half.part']) await writeFile(join(directory, name), '');
  const before = new Date(Date.now() - limits.imageKeepMs - 60_000);
  await utimes(join(directory, 'old'), before, before);
  const store = await open();
  expect(await readdir(directory)).toEqual(['used']);
  await store.close();
});

test('a file that would fill the disk is not begun', () =>
  withServer(
    (_, response) => {
      response.writeHead(200, { 'content-length': 2 ** 52 }).write('some of it');
    },
    async url => {
      const store = await open();
      const failed = await store.fetch({ url, sha256, token: null }, signal).catch(error => error);
      expect(failed).toMatchObject({
        isTransient: true,
        message: expect.stringContaining('make room there'),
      });
      expect(await readdir(directory)).toEqual([]);
      expect(store.downloads()).toEqual([]);
      await store.close();
    },
  ));
