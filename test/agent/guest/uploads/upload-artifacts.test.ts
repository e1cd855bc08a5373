import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { usualWay } from '#agent/credentials/route.ts';
import { findArtifacts } from '#agent/guest/uploads/find-artifacts.ts';
import { uploadArtifacts } from '#agent/guest/uploads/upload-artifacts.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import { sha256Of } from '../support/specs.ts';
import { startUploadStore, type UploadStore, uploadToken } from '../support/upload-store.ts';

const chunk = limits.uploadChunkBytes;
const large = Buffer.alloc(chunk * 2 + 1_000, 'abcdefg');

let store: UploadStore;
let workspace: string;

beforeEach(async () => {
  store = await startUploadStore();
  workspace = await mkdtemp(join(tmpdir(), 'paddock-uploads-'));
  await mkdir(join(workspace, 'dist'));
  await writeFile(join(workspace, 'dist/large'), large);
  await writeFile(join(workspace, 'dist/small & odd'), 'small');
  await writeFile(join(workspace, 'dist/empty'), '');
});

afterEach(async () => {
  await store.close();
  await rm(workspace, { recursive: true, force: true });
});

const upload = (patterns: string[], signal = new AbortController().signal) =>
  uploadArtifacts({
    way: usualWay,
    artifacts: { patterns, url: store.url, token: uploadToken },
    find: (wanted, until) => findArtifacts(workspace, wanted, until),
    log: () => {},
    signal,
  });

const stored = () => store.uploads.get(sha256Of(large));

/** Answers once, with this; then leaves the store alone. */
function answerOnce(method: string, act: UploadStore['intercept']): void {
  store.intercept = (request, response) => {
    if (request.method !== method) return false;
    store.intercept = () => false;
    return act(request, response);
  };
}

test('no patterns, no request', async () => {
  expect(await upload([])).toEqual([]);
  expect(store.requests).toEqual([]);
});

test('every file arrives whole, under its name and digest', async () => {
  const files = await upload(['dist/*']);
  expect(files).toEqual([
    { path: 'dist/empty', bytes: 0, sha256: sha256Of('') },
    { path: 'dist/large', bytes: large.length, sha256: sha256Of(large) },
    { path: 'dist/small & odd', bytes: 5, sha256: sha256Of('small') },
  ]);
  for (const { path, sha256 } of files) expect(store.uploads.get(sha256)?.path).toBe(path);
  expect(stored()?.bytes.equals(large)).toBe(true);
});

test('a large file goes in chunks, each with its range', async () => {
  await upload(['dist/large']);
  const total = large.length;
  expect(store.requests).toEqual([
    'GET',
    `PUT bytes 0-${chunk - 1}/${total}`,
    `PUT bytes ${chunk}-${2 * chunk - 1}/${total}`,
    `PUT bytes ${2 * chunk}-${total - 1}/${total}`,
  ]);
});

test('what the coordinator has already is not sent', async () => {
  store.uploads.set(sha256Of(large), { path: 'dist/large', total: large.length, bytes: large });
  await upload(['dist/large']);
  expect(store.requests).toEqual(['GET']);
});

test('a part that is there already is not sent again', async () => {
  const bytes = large.subarray(0, chunk + 7);
  store.uploads.set(sha256Of(large), { path: 'dist/large', total: large.length, bytes });
  await upload(['dist/large']);
  expect(store.requests[1]).toBe(`PUT bytes ${chunk + 7}-${2 * chunk + 6}/${large.length}`);
  expect(stored()?.bytes.equals(large)).toBe(true);
});

test('a store at another offset is followed', async () => {
  answerOnce('PUT', (_request, response) => {
    store.uploads.set(sha256Of(large), {
      path: 'dist/large',
      total: large.length,
      bytes: large.subarray(0, 10),
    });
    response.writeHead(409, { 'upload-offset': '10', 'upload-complete': '?0' }).end();
    return true;
  });
  await upload(['dist/large']);
  expect(store.requests[2]).toBe(`PUT bytes 10-${chunk + 9}/${large.length}`);
  expect(stored()?.bytes.equals(large)).toBe(true);
});

test.each([503, 507, 429])('after %i it is tried again, from where the store stands', async status => {
  answerOnce('PUT', (_request, response) => {
    response.writeHead(status).end();
    return true;
  });
  await upload(['dist/small*']);
  expect(store.requests).toEqual(['GET', 'PUT bytes 0-4/5', 'GET', 'PUT bytes 0-4/5']);
});

test('a connection that breaks in a chunk is made anew', async () => {
  answerOnce('PUT', request => {
    request.socket.destroy();
    return true;
  });
  await upload(['dist/large']);
  expect(stored()?.bytes.equals(large)).toBe(true);
});

test.each([
  [413, 'nothing'],
  [422, 'elsewhere'],
  [401, 'elsewhere'],
] as const)(
  'a refusal with %i leaves the cure to %s, in the words of the coordinator',
  async (status, cure) => {
    answerOnce('PUT', (_request, response) => {
      response.writeHead(status).end(JSON.stringify({ detail: 'the reason in words' }));
      return true;
    });
    await expect(upload(['dist/small*'])).rejects.toMatchObject({
      cure,
      message: expect.stringContaining('the reason in words'),
    });
  },
);

test('a refusal of the question says why, too', async () => {
  answerOnce('GET', (_request, response) => {
    response.writeHead(400).end(JSON.stringify({ detail: 'the path is refused' }));
    return true;
  });
  await expect(upload(['dist/small*'])).rejects.toThrow('(400): the path is refused');
});

test('the token is never in an address', async () => {
  const addresses: string[] = [];
  store.intercept = request => {
    addresses.push(request.url ?? '');
    return false;
  };
  await upload(['dist/small*']);
  expect(addresses.join()).not.toContain(uploadToken);
  expect(addresses[0]).toContain('?path=dist%2Fsmall+%26+odd&bytes=5');
});

test('a stop ends an upload that hangs', async () => {
  store.intercept = () => true;
  const stopping = new AbortController();
  const uploading = upload(['dist/small*'], stopping.signal);
  uploading.catch(() => {});
  await until('the request is there', () => store.requests.length > 0);
  stopping.abort(new Error('stopped by the test'));
  await expect(uploading).rejects.toThrow('stopped by the test');
});
