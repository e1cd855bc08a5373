import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Blobs } from '#coordinator/blobs/blobs.ts';
import { openDirectoryBlobs } from '#coordinator/blobs/directory-blobs.ts';
import { browseCaches, dropByHand } from '#coordinator/caches/browse.ts';
import { type Caches, createCaches } from '#coordinator/caches/caches.ts';
import { removeLooseBlobs } from '#coordinator/retention/loose-blobs.ts';
import { keepCache, listCaches } from '#coordinator/store/caches.ts';
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import {
  addChange,
  addHost,
  addJob,
  addMachine,
  addRepository,
  addRun,
  attemptOf,
  leaseJob,
  stepOf,
} from '../support/rows.ts';

let lab: Lab;
let blobs: Blobs;
let caches: Caches;
let server: Server;
let directory: string;
const warned: string[] = [];
/** What `lock` is at every commit. */
let lock: string | null = 'one';

beforeEach(async () => {
  lab = await openLab();
  directory = await mkdtemp(path.join(tmpdir(), 'paddock-blobs-'));
  blobs = await openDirectoryBlobs(directory);
  warned.length = 0;
  caches = createCaches({
    store: lab.store,
    blobs,
    fileId: async () => lock,
    report: { warn: (_, message) => void warned.push(message) },
    now: () => lab.clock.now,
  });
  server = createServer((request, response) => {
    const [, attempt = '', prefix = ''] = (request.url ?? '').split('/');
    void caches.serve(request, response, { attempt: attempt as AttemptId, prefix });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await lab.close();
  await rm(directory, { recursive: true });
});

async function ask(attempt: AttemptId, prefix = 'deps') {
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/${attempt}/${prefix}`);
  const text = await answer.text();
  return { status: answer.status, keep: answer.headers.get('paddock-keep'), text };
}

const definition = {
  steps: [stepOf('make')],
  source: 'commit' as const,
  env: {},
  deadlineMs: limits.jobDeadlineMs,
  artifacts: [],
  needs: [],
  gate: 'advisory' as const,
  caches: [{ prefix: 'deps', files: ['lock'], path: '~/.deps' }],
};

async function attemptOn(branch = 'main', isTrusted = true): Promise<AttemptId> {
  const run = await addRun(lab, { ref: branch, isTrusted });
  if (isTrusted) return (await leaseJob(lab, { run, definition })).attempt.id;
  await addMachine(lab, await addHost(lab, 'apart', { isolation: 'vm' }));
  const job = await addJob(lab, { run, definition, isTrusted });
  await lab.schedule();
  return (await attemptOf(lab, job.id)).id;
}

/** What an attempt that has passed handed over. */
async function keep(attempt: AttemptId, text: string): Promise<string> {
  const { sha256, bytes } = await blobs.put(Buffer.from(text));
  await lab.store.write(tx => keepCache(tx, attempt, { prefix: 'deps', sha256, bytes }, lab.clock.now++));
  return sha256;
}

const nothing = { status: 204, keep: '?1', text: '' };

test('the first job finds nothing and may hand over; the next finds that, and need not while the key is the same', async () => {
  const first = await attemptOn();
  expect(await ask(first)).toEqual(nothing);
  await keep(first, 'of the first');
  expect(await ask(await attemptOn())).toEqual({ status: 200, keep: '?0', text: 'of the first' });
  lock = 'two';
  expect(await ask(await attemptOn())).toEqual({ status: 200, keep: '?1', text: 'of the first' });
  lock = null;
  expect(await ask(await attemptOn())).toEqual({ status: 200, keep: '?1', text: 'of the first' });
  lock = 'one';
});

test('an attempt that has not passed leaves nothing to be found', async () => {
  await ask(await attemptOn());
  expect(await ask(await attemptOn())).toEqual(nothing);
});

test('what is not trusted reads, and may not hand over; what it hands over all the same is not taken', async () => {
  const first = await attemptOn();
  await ask(first);
  await keep(first, 'of main');
  lock = 'evil';
  const stranger = await attemptOn('main', false);
  expect(await ask(stranger)).toEqual({ status: 200, keep: '?0', text: 'of main' });
  await keep(stranger, 'of a stranger');
  expect(await ask(await attemptOn())).toEqual({ status: 200, keep: '?1', text: 'of main' });
  lock = 'one';
});

test('other branches, other images, other repositories and other changes find nothing of it', async () => {
  const first = await attemptOn();
  await ask(first);
  await keep(first, 'of main');
  expect(await ask(await attemptOn('v2'))).toEqual(nothing);
  const elsewhere = await addRepository(lab, 'acme/other');
  const run = await addRun(lab, { repositoryId: elsewhere.id });
  expect(await ask((await leaseJob(lab, { run, definition })).attempt.id)).toEqual(nothing);
});

test('a change into main reads what main has left, and hands over to itself', async () => {
  const first = await attemptOn();
  await ask(first);
  await keep(first, 'of main');
  const repository = await addRepository(lab);
  const change = await addChange(lab, repository, 12);
  const facts = {
    repositoryId: repository.id,
    purpose: 'change',
    changeId: change.id,
    ref: 'topic',
  } as const;
  lock = 'two';
  const own = (await leaseJob(lab, { run: await addRun(lab, facts), definition })).attempt.id;
  expect(await ask(own)).toEqual({ status: 200, keep: '?1', text: 'of main' });
  await keep(own, 'of 12');
  expect(await ask(await attemptOn())).toEqual({ status: 200, keep: '?1', text: 'of main' });
  const again = (await leaseJob(lab, { run: await addRun(lab, facts), definition })).attempt.id;
  expect(await ask(again)).toEqual({ status: 200, keep: '?0', text: 'of 12' });
  lock = 'one';
});

test('an attempt that is over, or a cache that its suite does not name, is refused', async () => {
  expect((await ask(await attemptOn(), 'other')).status).toBe(404);
  expect((await ask(`attempt_${'0'.repeat(26)}` as AttemptId)).status).toBe(404);
});

test('a cache whose bytes are gone is forgotten, and the job goes on without', async () => {
  const first = await attemptOn();
  await ask(first);
  await blobs.remove(await keep(first, 'of main'));
  expect(await ask(await attemptOn())).toEqual(nothing);
  expect(warned).toEqual(['the bytes of a cache are gone; it is forgotten']);
});

/** Removes what nothing names any more. */
const sweep = () => removeLooseBlobs({ store: lab.store, blobs }, new AbortController().signal);

test('one that nobody has used for long goes with its bytes; bytes that another has stay', async () => {
  const [first, second] = [await attemptOn(), await attemptOn('v2')];
  await ask(first);
  const sha256 = await keep(first, 'the same');
  lab.clock.now += limits.cacheKeepMs;
  await ask(second);
  await keep(second, 'the same');
  lab.clock.now += 1_000;
  expect(await caches.reap()).toBe(1);
  await sweep();
  expect(await blobs.size(sha256)).toBe(8);
  lab.clock.now += limits.cacheKeepMs + 1;
  expect(await caches.reap()).toBe(1);
  await sweep();
  expect(await blobs.size(sha256)).toBeNull();
  expect(await listCaches(lab.store.read, null)).toEqual([]);
});

test('people see what is kept, of repositories that they may see, and how much it is', async () => {
  for (const branch of ['main', 'v2']) {
    const attempt = await attemptOn(branch);
    await ask(attempt);
    await keep(attempt, `of ${branch}`);
  }
  await ask(await attemptOn('begun'));
  const browse = (filter = {}, isPublic = true) => browseCaches(lab.store.read, filter, () => isPublic);
  const all = await browse();
  expect(all.total).toEqual({ count: 2, bytes: 12 });
  expect(
    all.caches.map(({ repository, prefix, scope, bytes }) => [repository, prefix, scope, bytes]),
  ).toEqual([
    ['acme/rocket', 'deps', 'branch v2', 5],
    ['acme/rocket', 'deps', 'branch main', 7],
  ]);
  expect((await browse({ repository: 'Acme/Rocket', prefix: 'deps' })).total.count).toBe(2);
  for (const filter of [{ prefix: 'npm' }, { image: 'other' }, { repository: 'acme/other' }])
    expect((await browse(filter)).total).toEqual({ count: 0, bytes: 0 });
  expect((await browse({}, false)).caches).toEqual([]);
});

test('those that somebody wants gone go with their bytes, and no other', async () => {
  const attempt = await attemptOn();
  await ask(attempt);
  const sha256 = await keep(attempt, 'poisoned');
  const elsewhere = await addRepository(lab, 'acme/other');
  const run = await addRun(lab, { repositoryId: elsewhere.id });
  const other = (await leaseJob(lab, { run, definition })).attempt.id;
  await ask(other);
  const kept = await keep(other, 'good');
  expect(await dropByHand(lab.store, { repository: 'acme/rocket', prefix: 'npm' })).toBe(0);
  expect(await dropByHand(lab.store, { repository: 'acme/rocket' })).toBe(1);
  await sweep();
  expect(await blobs.size(sha256)).toBeNull();
  expect(await blobs.size(kept)).toBe(4);
  expect(await ask(await attemptOn())).toEqual(nothing);
});
