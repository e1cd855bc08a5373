/** Images over HTTP: files in parts, manifests, verbs, and what is refused. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { done, problem } from '#shared/api.ts';
import { poolDetail } from '#shared/fleet-api.ts';
import { imageAdded, imageDetail, imageFileProgress, imageView } from '#shared/image-api.ts';
import { limits } from '#shared/limits.ts';
import { ask } from '#test/support/people/ask.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const disk = Buffer.alloc(3_000, 'disk');
const sha256 = createHash('sha256').update(disk).digest('hex');
const route = `/api/v1/image-files/${sha256}`;

async function call<Schema extends z.ZodType>(
  people: People,
  schema: Schema,
  path: string,
  body?: object,
): Promise<z.output<Schema>> {
  const json = { 'content-type': 'application/json' };
  const { text } = await ask(people, path, {
    headers: { ...people.admin, ...(body ? json : {}) },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  });
  return schema.parse(JSON.parse(text));
}

const act = <Schema extends z.ZodType>(people: People, schema: Schema, path: string, body: object = {}) =>
  call(people, schema, path, body);

async function put(people: People, path: string, body: Uint8Array, headers = people.admin) {
  const answer = await ask(people, path, { method: 'PUT', headers, body: new Uint8Array(body) });
  return { status: answer.status, body: JSON.parse(answer.text) as unknown };
}

const manifest = {
  name: 'netbsd-10',
  os: 'netbsd',
  arch: 'x86_64',
  disk: { sha256, format: 'raw' },
  machine: { driver: 'libvirt', cpus: 1, memory: 1_024, reuse: 'single-use' },
  boot: {},
  agent: { mode: 'installed', shell: ['/bin/sh', '-e'], source: 'auto' },
  serves: { repositories: ['*'], suites: 'all', gate: 'advisory' },
};

const send = (people: People, offset: number, part: Uint8Array) =>
  put(people, `${route}?offset=${offset}&bytes=${disk.length}`, part);

test('a file comes in parts, goes on where it stood, and is there when it is whole', () =>
  withPeople(async people => {
    expect(await call(people, imageFileProgress, route)).toEqual({ isHere: false, offset: 0 });
    expect(await send(people, 0, disk.subarray(0, 1_000))).toMatchObject({
      status: 200,
      body: { offset: 1_000 },
    });
    // A part that does not follow is not taken; it is said where to go on.
    expect(await send(people, 2_000, disk.subarray(2_000))).toMatchObject({
      body: { isHere: false, offset: 1_000 },
    });
    expect(await send(people, 1_000, disk.subarray(1_000))).toMatchObject({ body: { isHere: true } });
    expect(await call(people, imageFileProgress, route)).toEqual({ isHere: true, offset: disk.length });
  }));

test('a file that is another one than was announced is thrown away', () =>
  withPeople(async people => {
    const answer = await send(people, 0, Buffer.alloc(disk.length, 'else'));
    expect(answer).toMatchObject({ status: 422, body: { detail: expect.stringContaining('another file') } });
    expect(await call(people, imageFileProgress, route)).toEqual({ isHere: false, offset: 0 });
  }));

test('a part is bounded, and a file too', () =>
  withPeople(async people => {
    expect(await send(people, 0, Buffer.alloc(limits.uploadChunkBytes + 1))).toMatchObject({ status: 413 });
    const huge = `${route}?offset=0&bytes=${limits.imageFileBytes + 1}`;
    expect(await put(people, huge, disk)).toMatchObject({ status: 400 });
  }));

test.each(['/api/v1/images', '/api/v1/images/netbsd-10', route])('%s is for administrators', path =>
  withPeople(async people => {
    expect((await ask(people, path, {})).status).toBe(401);
  }),
);

test('nobody else sends a file or a manifest', () =>
  withPeople(async people => {
    expect(await put(people, `${route}?offset=0&bytes=1`, disk, {} as People['admin'])).toMatchObject({
      status: 401,
    });
    const answer = await ask(people, '/api/v1/images', { method: 'POST', body: '{}' });
    expect(answer.status).toBe(401);
  }));

test('a manifest is taken when its files are here, and is the same version the second time', () =>
  withPeople(async people => {
    const missing = await call(people, problem, '/api/v1/images', { manifest });
    expect(missing).toMatchObject({
      status: 409,
      detail: expect.stringContaining(`was not sent: SHA-256 ${sha256}`),
    });
    await send(people, 0, disk);
    const added = { name: 'netbsd-10', number: 1 };
    expect(await act(people, imageAdded, '/api/v1/images', { manifest })).toEqual({ ...added, isNew: true });
    expect(await act(people, imageAdded, '/api/v1/images', { manifest })).toEqual({ ...added, isNew: false });
    expect(await call(people, imageDetail, '/api/v1/images/netbsd-10')).toMatchObject({
      current: null,
      probation: 1,
      aliases: ['netbsd/10', 'netbsd/latest'],
      versions: [{ number: 1, status: 'probation', run: null, report: null }],
      decisions: [{ type: 'image.version-added' }],
    });
    const views = await call(people, z.array(imageView), '/api/v1/images');
    expect(views.map(({ name, origin }) => [name, origin])).toEqual([
      ['debian-12', 'configuration'],
      ['netbsd-10', 'registered'],
    ]);
  }));

test('a version on probation has a pool of its own to look at', () =>
  withPeople(async people => {
    await send(people, 0, disk);
    await act(people, imageAdded, '/api/v1/images', { manifest });
    expect(await call(people, poolDetail, '/api/v1/pools/netbsd-10@1')).toMatchObject({
      image: 'netbsd-10@1',
      max: limits.probationMachines,
    });
  }));

test('verbs say what they cannot do', () =>
  withPeople(async people => {
    const refused = (path: string, body?: object) => act(people, problem, `/api/v1/images/${path}`, body);
    expect(await refused('nothing/disable')).toMatchObject({ status: 404, hint: 'paddock image list' });
    expect(await refused('debian-12/rollback')).toMatchObject({
      status: 409,
      detail: expect.stringContaining('debian-12 stands in the configuration'),
    });
    await send(people, 0, disk);
    await act(people, imageAdded, '/api/v1/images', { manifest });
    expect(await refused('netbsd-10/rollback')).toMatchObject({ status: 409 });
    expect(await refused('netbsd-10/test')).toMatchObject({
      status: 409,
      detail: 'version 1 of netbsd-10 is being tried already',
    });
    expect(await act(people, imageDetail, '/api/v1/images/netbsd-10/disable')).toMatchObject({
      isDisabled: true,
    });
    expect(await act(people, imageDetail, '/api/v1/images/netbsd-10/enable')).toMatchObject({
      isDisabled: false,
    });
    expect(await act(people, done, '/api/v1/images/netbsd-10/remove')).toMatchObject({
      message: expect.stringContaining('netbsd-10 is removed'),
    });
    expect(await refused('netbsd-10/remove')).toMatchObject({ status: 404 });
  }));

test('a manifest that is none is refused', () =>
  withPeople(async people => {
    const bad = { manifest: { ...manifest, machine: { driver: 'magic' } } };
    expect(await call(people, problem, '/api/v1/images', bad)).toMatchObject({ status: 400 });
  }));
