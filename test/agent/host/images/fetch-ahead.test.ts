import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFetchAhead, type FetchAhead } from '#agent/host/images/fetch-ahead.ts';
import { type ImageStore, openImageStore } from '#agent/host/images/image-store.ts';
import { limits } from '#shared/limits.ts';
import { startHttpServer } from '#test/agent/guest/support/http-server.ts';
import { until } from '#test/support/until.ts';

const contents = ['a disk', 'a kernel', 'an initrd'].map(text => Buffer.from(text));
const digests = contents.map(content => createHash('sha256').update(content).digest('hex'));
const [disk = '', kernel = '', initrd = ''] = digests;

let directory: string;
let server: Awaited<ReturnType<typeof startHttpServer>>;
let images: ImageStore;
let ahead: FetchAhead;
let asked: string[];
let changes: number;
let logged: string[];
let answer: RequestListener;

const send = (sha256: string, response: ServerResponse) => response.end(contents[digests.indexOf(sha256)]);
const want = (...files: string[]) =>
  ahead.want({ at: server.url, token: 'of-this-host', files: files.map(sha256 => ({ sha256 })) });
const here = (...files: string[]) =>
  until('files are here', () => ahead.observed()?.here.join() === files.join());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-ahead-'));
  [asked, changes, logged] = [[], 0, []];
  answer = (request, response) => send(request.url?.split('/').at(-1) ?? '', response);
  server = await startHttpServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    answer(request, response);
  });
  images = await openImageStore(directory, null, () => undefined);
  ahead = createFetchAhead({ images, log: (_, text) => logged.push(text), onChange: () => changes++ });
});
afterEach(async () => {
  await ahead.close();
  await images.close();
  await server.close();
  await rm(directory, { recursive: true });
});

test('what a machine may need is fetched in the order in which it is named, each once, with the token of the host', async () => {
  expect(ahead.observed()).toBeNull();
  want(disk, kernel);
  want(disk, kernel);
  await here(disk, kernel);
  expect(asked).toEqual([`/images/${disk} Bearer of-this-host`, `/images/${kernel} Bearer of-this-host`]);
  expect(changes).toBeGreaterThanOrEqual(2);
  want(disk, kernel, initrd);
  await here(disk, kernel, initrd);
  expect(asked).toHaveLength(3);
});

test('an address elsewhere is asked without the token', async () => {
  const elsewhere = await startHttpServer((request, response) => {
    asked.push(`elsewhere ${request.headers.authorization}`);
    send(disk, response);
  });
  ahead.want({
    at: server.url,
    token: 'of-this-host',
    files: [{ sha256: disk, url: `${elsewhere.url}/disk` }],
  });
  await here(disk);
  await elsewhere.close();
  expect(asked).toEqual(['elsewhere undefined']);
});

test('one is fetched at a time, and how far it is can be seen', async () => {
  let held: ServerResponse | null = null;
  answer = (_, response) => {
    response
      .writeHead(200, { 'content-length': contents[0]?.length ?? 0 })
      .write(contents[0]?.subarray(0, 2));
    held = response;
  };
  want(disk, kernel);
  await until('some of it has come', () => ahead.observed()?.fetching[0]?.bytes === 2);
  expect(ahead.observed()).toEqual({
    here: [],
    fetching: [{ sha256: disk, bytes: 2, totalBytes: contents[0]?.length }],
    failed: [],
  });
  answer = (request, response) => send(request.url?.split('/').at(-1) ?? '', response);
  await until('it is seen for a while', () => changes > 0 && held !== null);
  expect(asked).toHaveLength(1);
  (held as ServerResponse | null)?.end(contents[0]?.subarray(2));
  await here(disk, kernel);
});

test('nothing is fetched ahead while a machine waits for a download of its own', async () => {
  let held: ServerResponse | null = null;
  answer = (request, response) => {
    if (request.url?.endsWith(disk)) held = response;
    else send(request.url?.split('/').at(-1) ?? '', response);
  };
  const forMachine = images.fetch(
    { url: `${server.url}/${disk}`, sha256: disk, token: null },
    new AbortController().signal,
  );
  await until('its download has begun', () => held !== null);
  want(kernel);
  await until('the list was looked at', () => ahead.observed() !== null);
  expect(ahead.observed()?.fetching.map(({ sha256 }) => sha256)).toEqual([disk]);
  expect(asked).toHaveLength(1);
  (held as ServerResponse | null)?.end(contents[0]);
  await forMachine;
  await here(kernel);
});

test('one that is not to be had is said, does not hold up the next, and is logged once', async () => {
  answer = (request, response) => {
    if (request.url?.endsWith(disk)) response.writeHead(404).end();
    else send(request.url?.split('/').at(-1) ?? '', response);
  };
  want(disk, kernel);
  await here(kernel);
  expect(ahead.observed()).toMatchObject({
    fetching: [],
    failed: [{ sha256: disk, message: expect.stringContaining('404') }],
  });
  expect(logged).toEqual([expect.stringContaining('it is tried again')]);
  want(kernel);
  await until('it is wanted no more', () => ahead.observed()?.failed.length === 0);
});

test('what is wanted counts as used, so that a restart does not remove it', async () => {
  want(disk);
  await here(disk);
  const old = new Date(Date.now() - limits.imageKeepMs - 1_000);
  await utimes(join(directory, disk), old, old);
  want(disk, kernel);
  await here(disk, kernel);
  expect((await stat(join(directory, disk))).mtimeMs).toBeGreaterThan(old.getTime());
  await openImageStore(directory, null, () => undefined).then(store => store.close());
  expect((await readdir(directory)).sort()).toEqual([disk, kernel].sort());
});
