import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactRows, CompleteUpload } from '#coordinator/artifacts/artifact-rows.ts';
import { createUploads, type Uploads } from '#coordinator/artifacts/uploads.ts';
import type { Blobs } from '#coordinator/blobs/blobs.ts';
import { openDirectoryBlobs } from '#coordinator/blobs/directory-blobs.ts';
import type { AttemptId, RepositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';

const attemptOf = (n: number) => `attempt_${String(n).padStart(26, '0')}` as AttemptId;
const [first, second] = [attemptOf(1), attemptOf(2)];
const ours = `repo_${'0'.repeat(26)}` as RepositoryId;
const theirs = `repo_${'1'.repeat(26)}` as RepositoryId;

let dir: string;
let blobs: Blobs;
let uploads: Uploads;
let server: Server;
let open: Map<AttemptId, RepositoryId>;
let recorded: Map<AttemptId, CompleteUpload[]>;
let known: { repository: RepositoryId; sha256: string }[];

const rows: ArtifactRows = {
  openAttempt: async attempt => {
    const repository = open.get(attempt);
    return repository ? { repository } : null;
  },
  isKnownWithin: async (repository, sha256) =>
    known.some(each => each.repository === repository && each.sha256 === sha256),
  expectBlob: async () => {},
  recordUpload: async (attempt, upload) =>
    void recorded.set(attempt, [...(recorded.get(attempt) ?? []), upload]),
  uploads: async attempt => recorded.get(attempt) ?? [],
};

const start = async (wrap: (real: Blobs) => Blobs = real => real) => {
  blobs = wrap(await openDirectoryBlobs(dir));
  uploads = createUploads({ blobs, rows, log: { error: () => {} } });
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'paddock-uploads-'));
  open = new Map([
    [first, ours],
    [second, ours],
  ]);
  recorded = new Map();
  known = [];
  await start();
  server = createServer((incoming, outgoing) => {
    const attempt = /attempt_\w+/.exec(incoming.url ?? '')?.[0] as AttemptId;
    uploads.serve(incoming, outgoing, { attempt }).catch(() => outgoing.writeHead(500).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  await uploads.close();
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  await rm(dir, { recursive: true, force: true });
});

const fileOf = (content: Buffer, path = 'dist/app') => ({
  content,
  path,
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});
type File = ReturnType<typeof fileOf>;

const address = ({ path, bytes, sha256 }: File, attempt = first) => {
  const { port } = server.address() as AddressInfo;
  const query = new URLSearchParams({ path, bytes: String(bytes) });
  return `http://127.0.0.1:${port}/uploads/${attempt}/${sha256}?${query}`;
};

const seen = async (response: Response) => ({
  status: response.status,
  offset: response.headers.get('upload-offset'),
  complete: response.headers.get('upload-complete'),
  detail: ((await response.text()) || null) as string | null,
});

const head = async (file: File, attempt = first) =>
  seen(await fetch(address(file, attempt), { method: 'HEAD' }));

async function put(file: File, from = 0, to = file.bytes, attempt = first) {
  const range = from === to ? '*' : `${from}-${to - 1}`;
  const headers = { 'content-range': `bytes ${range}/${file.bytes}` };
  const body = new Uint8Array(file.content.subarray(from, to));
  return seen(await fetch(address(file, attempt), { method: 'PUT', headers, body }));
}

async function* failing(source: AsyncIterable<Uint8Array>, error: Error): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    yield chunk;
    throw error;
  }
}

const app = fileOf(randomBytes(300_000));

describe('uploading a file', () => {
  it('takes it in chunks and says how far it is', async () => {
    expect(await head(app)).toMatchObject({ status: 200, offset: '0', complete: '?0' });
    expect(await put(app, 0, 100_000)).toMatchObject({ status: 200, offset: '100000', complete: '?0' });
    expect(await head(app)).toMatchObject({ offset: '100000', complete: '?0' });
    expect(await put(app, 100_000)).toMatchObject({ status: 200, offset: '300000', complete: '?1' });
    expect(await head(app)).toMatchObject({ offset: '300000', complete: '?1' });
    expect(await blobs.size(app.sha256)).toBe(app.bytes);
  });

  it('goes on after a restart of the coordinator', async () => {
    await put(app, 0, 100_000);
    await start();
    expect(await head(app)).toMatchObject({ offset: '100000' });
    expect(await put(app, 100_000)).toMatchObject({ complete: '?1' });
  });

  it('answers 409 and the right offset when the sender is elsewhere', async () => {
    await put(app, 0, 100_000);
    expect(await put(app, 50_000, 150_000)).toMatchObject({ status: 409, offset: '100000', complete: '?0' });
    expect(await put(app, 200_000)).toMatchObject({ status: 409, offset: '100000' });
  });

  it('takes a repeated last chunk as done', async () => {
    await put(app);
    expect(await put(app)).toMatchObject({ status: 200, complete: '?1' });
  });

  it('takes no other bytes once it is whole', async () => {
    await put(app);
    const other = { ...app, content: Buffer.alloc(app.bytes, 'x') };
    expect(await put(other)).toMatchObject({ status: 200, complete: '?1' });
    expect(await put(other, 0, 10)).toMatchObject({ status: 200, offset: String(app.bytes) });
    expect(await blobs.uploads.ids(first)).toEqual([]);
    expect(recorded.get(first)).toHaveLength(1);
    const kept: Uint8Array[] = [];
    for await (const chunk of blobs.get(app.sha256)) kept.push(chunk);
    expect(Buffer.concat(kept).equals(app.content)).toBe(true);
  });

  it('takes an empty file', async () => {
    const empty = fileOf(Buffer.alloc(0));
    expect(await head(empty)).toMatchObject({ offset: '0', complete: '?0' });
    expect(await put(empty)).toMatchObject({ status: 200, complete: '?1' });
  });

  it('keeps what arrived when the connection breaks', async () => {
    const headers = { 'content-range': `bytes 0-299999/300000`, 'content-length': '300000' };
    const broken = request(address(app), { method: 'PUT', headers });
    broken.on('error', () => {});
    broken.write(app.content.subarray(0, 40_000));
    await until('the first bytes are stored', async () => (await head(app)).offset === '40000');
    broken.destroy();
    expect(await put(app, 40_000)).toMatchObject({ complete: '?1' });
  });

  it('lets the sender reconnect before its dead connection is noticed', async () => {
    const headers = { 'content-range': `bytes 0-299999/300000`, 'content-length': '300000' };
    const dead = request(address(app), { method: 'PUT', headers });
    dead.on('error', () => {});
    dead.write(app.content.subarray(0, 40_000));
    await until('the first bytes are stored', async () => (await head(app)).offset === '40000');
    expect(await put(app, 40_000)).toMatchObject({ complete: '?1' });
    dead.destroy();
  });

  it('refuses other bytes than announced, and begins anew', async () => {
    const wrong = { ...app, content: randomBytes(app.bytes) };
    expect(await put(wrong)).toMatchObject({
      status: 422,
      detail: expect.stringContaining('send the file again'),
    });
    expect(await head(app)).toMatchObject({ offset: '0', complete: '?0' });
    expect(await put(app)).toMatchObject({ complete: '?1' });
  });

  it('says 507 when the disk is full, and keeps nothing half', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC', errno: -28 });
    await start(real => ({
      ...real,
      uploads: {
        ...real.uploads,
        append: (id, offset, source) => real.uploads.append(id, offset, failing(source, full)),
      },
    }));
    expect(await put(app)).toMatchObject({ status: 507, detail: expect.stringContaining('no space') });
    expect(await blobs.size(app.sha256)).toBe(null);
  });

  it('refuses an attempt that is over, a foreign attempt and a body beyond its range', async () => {
    open.delete(second);
    expect(await put(app, 0, app.bytes, second)).toMatchObject({ status: 410 });
    const body = new Uint8Array(app.content);
    const short = { ...app, bytes: 10 };
    const headers = { 'content-range': 'bytes 0-9/10' };
    const init = { method: 'PUT', headers, body: new Blob([body]).stream(), duplex: 'half' } as RequestInit;
    await expect(fetch(address(short), init)).rejects.toThrow();
    expect(await blobs.size(app.sha256)).toBe(null);
  });
});

describe('how much a job may hand over', () => {
  it('is bounded in files, begun and complete, also when all arrive at once', async () => {
    const many = Array.from({ length: limits.artifactsPerJob + 20 }, (_, n) =>
      fileOf(Buffer.from(`file ${n}`), `f${n}`),
    );
    const answers = await Promise.all(many.map((file, n) => put(file, 0, n % 2 === 0 ? file.bytes : 2)));
    expect(answers.filter(answer => answer.status === 413)).toHaveLength(20);
    expect(await put(app, 0, app.bytes, second)).toMatchObject({ status: 200 });
  });

  it('is bounded in bytes, of all its files together', async () => {
    const whole = {
      sha256: '0'.repeat(64),
      bytes: limits.attemptUploadBytes - app.bytes,
      kind: 'artifact',
    } as const;
    recorded.set(first, [whole]);
    expect(await put(app, 0, 100_000)).toMatchObject({ status: 200 });
    const other = fileOf(randomBytes(250_000), 'dist/other');
    expect(await put(other)).toMatchObject({ status: 413, detail: expect.stringContaining('in all') });
    expect(await put(app, 100_000)).toMatchObject({ status: 200, complete: '?1' });
    expect(await put(other, 0, other.bytes, second)).toMatchObject({ status: 200 });
  });
});

describe('a file that is there already', () => {
  it('is not sent again within its repository', async () => {
    await blobs.put(app.content);
    known.push({ repository: ours, sha256: app.sha256 });
    expect(await head(app, second)).toMatchObject({ offset: '300000', complete: '?1' });
    expect(await uploads.claim(second, [app])).toEqual({ ok: true });
  });

  it('counts for nothing when another repository has it', async () => {
    await blobs.put(app.content);
    known.push({ repository: theirs, sha256: app.sha256 });
    expect(await head(app)).toMatchObject({ offset: '0', complete: '?0' });
    expect(await uploads.claim(first, [app])).toMatchObject({ ok: false });
    expect(await put(app)).toMatchObject({ complete: '?1' });
  });

  it('is sent when its bytes are gone', async () => {
    known.push({ repository: ours, sha256: app.sha256 });
    expect(await head(app)).toMatchObject({ offset: '0', complete: '?0' });
  });
});

describe('claiming the files of a finished attempt', () => {
  it('needs every one of them whole, from this attempt', async () => {
    const other = fileOf(Buffer.from('other'), 'dist/other');
    await put(app);
    await put(other, 0, 3);
    expect(await uploads.claim(first, [app, other])).toEqual({
      ok: false,
      message: 'the artifact dist/other has not arrived whole',
    });
    await put(other, 3);
    expect(await uploads.claim(first, [app, other])).toEqual({ ok: true });
    expect(await uploads.claim(second, [app])).toMatchObject({ ok: false });
    expect(await uploads.claim(first, [{ ...app, bytes: 1 }])).toMatchObject({ ok: false });
  });

  it('refuses bad paths, equal paths and too many', async () => {
    await put(app);
    const refused = async (files: File[]) => uploads.claim(first, files);
    expect(await refused([{ ...app, path: '../x' }])).toMatchObject({
      message: expect.stringContaining('".."'),
    });
    expect(await refused([app, app])).toMatchObject({ message: expect.stringContaining('same path') });
    const many = Array.from({ length: 201 }, (_, n) => ({ ...app, path: `f${n}` }));
    expect(await refused(many)).toMatchObject({ message: expect.stringContaining('too many') });
  });

  it('accepts an attempt without artifacts', async () => {
    expect(await uploads.claim(first, [])).toEqual({ ok: true });
  });
});

describe('what is left over', () => {
  it('goes with the end of its attempt, and with age', async () => {
    await put(app, 0, 10);
    await put(app, 0, 10, second);
    await uploads.release(first);
    expect(await readdir(join(dir, 'parts'))).toEqual([`${second}-artifact-${app.sha256}`]);
    expect(await uploads.reap(Date.now())).toBe(0);
    expect(await uploads.reap(Date.now() + limits.machineMaxAgeMs + 1_000)).toBe(1);
  });

  it('a closing coordinator cuts off a sender that waits', async () => {
    const headers = { 'content-range': `bytes 0-299999/300000`, 'content-length': '300000' };
    const slow = request(address(app), { method: 'PUT', headers });
    const gone = once(slow, 'error');
    slow.write(app.content.subarray(0, 40_000));
    await until('the first bytes are stored', async () => (await head(app)).offset === '40000');
    await uploads.close();
    await gone;
  });
});
