/** What machines reach, over HTTP: real tokens and tickets, and a source and uploads that say who was let in. */

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createAttemptTokens } from '#coordinator/access/attempt-tokens.ts';
import { createImageTokens } from '#coordinator/access/image-tokens.ts';
import { EnrolmentRefused } from '#coordinator/fleet/errors.ts';
import type { FindImageFile } from '#coordinator/fleet/image-files.ts';
import { type Listener, listen } from '#coordinator/http/listener.ts';
import { serveMachines } from '#coordinator/http/machine-app.ts';
import { createMachineParts } from '#coordinator/wiring/machine-parts.ts';
import { problem } from '#shared/api.ts';
import type { AttemptId, CommitSha, RepositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { newHostId } from '#test/contract/driver/desired-machine.ts';
import { attempt } from '#test/contract/sample-ids.ts';
import { type Ask, ask } from '#test/support/people/ask.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const now = 1_000_000;
const tokens = createAttemptTokens(new Uint8Array(32).fill(7));
const claims = {
  attempt: attempt(1),
  repository: `repo_${'0'.repeat(26)}` as RepositoryId,
  commit: 'a'.repeat(40) as CommitSha,
  exp: now + 1_000,
};
const source = tokens.issue({ scope: 'source', ...claims });
const uploads = tokens.issue({ scope: 'uploads', ...claims });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const logged: unknown[] = [];
const nothing = () => {};
const logger = {
  level: 'info',
  fatal: nothing,
  error: (fields: unknown) => void logged.push(fields),
  warn: nothing,
  info: nothing,
  debug: nothing,
  trace: nothing,
  silent: nothing,
  child: () => logger,
};

type Served = { url: string; port: number; served: string[] };

const imageTokens = createImageTokens(new Uint8Array(32).fill(7));
const imageFiles = new Map<string, string>();
const findImageFile: FindImageFile = async sha256 => {
  const place = imageFiles.get(sha256);
  return place ? { bytes: (await stat(place)).size, read: () => createReadStream(place) } : null;
};

/** The machine listener with its own wiring; what is let in is written down and answered with 200. */
async function withMachines(
  act: (machines: Served) => Promise<void>,
  enrol: () => Promise<never> = () =>
    Promise.reject(new EnrolmentRefused('unknown-token', 'this token is unknown')),
): Promise<void> {
  logged.length = 0;
  const served: string[] = [];
  const answer = (what: string) => async (request: IncomingMessage, response: ServerResponse, by: object) => {
    served.push(`${what} ${JSON.stringify(by)}`);
    request.resume();
    response.end(what);
  };
  const {
    enrol: _,
    machineOfTicket: __,
    ...parts
  } = createMachineParts({
    tokens,
    imageTokens,
    findImageFile,
    enrolment: unused(),
    source: { serveArchive: answer('archive'), serveGit: answer('git'), close: async () => {} },
    uploads: { ...unused(), serve: answer('uploads') },
    caches: { ...unused(), serve: answer('caches') },
    now: () => now,
  });
  const listener: Listener = await listen('the machine listener', { host: '127.0.0.1', port: 0 });
  serveMachines(listener.server, { ...parts, enrol, machineOfTicket: () => null }, logger);
  try {
    await act({ url: listener.url, port: listener.port, served });
  } finally {
    await listener.close();
  }
}

/** A part that no test here reaches. */
const unused = <Part extends object>(): Part =>
  new Proxy({} as Part, {
    get: (_, name) => {
      throw new Error(`${String(name)} is not reached`);
    },
  });

const enrolment = (body: unknown): Ask => ({
  method: 'POST',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

const statusOf = async (machines: Served, path: string, asked: Ask = {}) => {
  const answer = await ask(machines, path, asked);
  if (answer.status >= 400) expect(problem.parse(JSON.parse(answer.text)).status).toBe(answer.status);
  return answer.status;
};

test('with its own token a machine gets its own source and hands over its own files', () =>
  withMachines(async machines => {
    const [archive, git, files] = [
      `/source/${attempt(1)}/archive.tar`,
      `/source/${attempt(1)}/git/info/refs?service=git-upload-pack`,
      `/uploads/${attempt(1)}/${'0'.repeat(64)}?path=a`,
    ];
    expect(await statusOf(machines, archive, { headers: bearer(source) })).toBe(200);
    expect(await statusOf(machines, git, { headers: bearer(source) })).toBe(200);
    expect(await statusOf(machines, files, { headers: bearer(uploads), method: 'PUT', body: 'x' })).toBe(200);
    expect(machines.served).toEqual([
      expect.stringContaining(`archive {"repository":"${claims.repository}","commit":"${claims.commit}"`),
      expect.stringContaining('"subPath":"/info/refs"'),
      expect.stringContaining('uploads {"attempt"'),
    ]);
  }));

const expired = tokens.issue({ scope: 'source', ...claims, exp: now });
const otherKey = createAttemptTokens(new Uint8Array(32).fill(8)).issue({ scope: 'source', ...claims });
const uncommitted = tokens.issue({ scope: 'source', ...claims, commit: undefined });

test.each<[string, number, Record<string, string>, AttemptId]>([
  ['no token', 401, {}, attempt(1)],
  ['a token that is none', 401, bearer('token'), attempt(1)],
  ['a token of another scope', 401, bearer(uploads), attempt(1)],
  ['a token that has expired', 401, bearer(expired), attempt(1)],
  ['a token of another coordinator', 401, bearer(otherKey), attempt(1)],
  ['a token that was changed', 401, bearer(`${source.slice(0, -1)}A`), attempt(1)],
  ['a token in another scheme', 401, { authorization: `Basic ${source}` }, attempt(1)],
  ['the token of another attempt', 403, bearer(source), attempt(2)],
  ['a token that names no commit', 403, bearer(uncommitted), attempt(1)],
])('%s does not open the source (%i)', (_, status, headers, id) =>
  withMachines(async machines => {
    for (const path of ['archive.tar', 'git/info/refs', 'git/git-upload-pack'])
      expect(await statusOf(machines, `/source/${id}/${path}`, { headers })).toBe(status);
    expect(machines.served).toEqual([]);
    expect(logged).toEqual([]);
  }),
);

test('the source’s token does not open the uploads', () =>
  withMachines(async machines => {
    const path = `/uploads/${attempt(1)}/${'0'.repeat(64)}`;
    expect(await statusOf(machines, path, { headers: bearer(source), method: 'PUT', body: 'x' })).toBe(401);
    expect(machines.served).toEqual([]);
  }));

const peoplesPaths = [
  '/',
  '/healthz',
  '/readyz',
  '/sign-in',
  '/deliveries',
  '/api/v1/runs',
  '/api/v1/system',
  '/assets/theme.js',
  `/logs/${attempt(1)}.txt`,
  '/hooks/github',
];

test('nothing of the people’s listener is on the machine listener', () =>
  withMachines(async machines => {
    for (const path of [
      ...peoplesPaths,
      '//',
      '/%2e%2e/',
      '/source',
      '/uploads/',
      '/source/attempt_x/archive.tar',
    ])
      for (const method of ['GET', 'POST'])
        expect([path, await statusOf(machines, path, { method })]).toEqual([path, 404]);
    expect(logged).toEqual([]);
  }));

test('nothing of the machine listener is on the people’s listener', () =>
  withPeople(async (people: People) => {
    for (const path of [
      '/enrol',
      `/source/${attempt(1)}/archive.tar`,
      `/uploads/${attempt(1)}/${'0'.repeat(64)}`,
    ])
      for (const method of ['GET', 'POST', 'PUT']) {
        const headers = { ...people.admin, 'content-type': 'application/json' };
        const { status } = await ask(people, path, { method, headers });
        expect([path, method, status]).toEqual([path, method, 404]);
      }
  }));

const aMachine = { v: 1, token: 'x'.repeat(43), publicKey: `U${'A'.repeat(55)}` };

test('an enrolment that is refused says why, and nobody keeps the answer', () =>
  withMachines(async machines => {
    const answer = await ask(machines, '/enrol', enrolment(aMachine));
    expect(answer).toMatchObject({ status: 401, headers: { 'cache-control': 'no-store' } });
    expect(problem.parse(JSON.parse(answer.text)).detail).toBe('this token is unknown');
    expect(await statusOf(machines, '/enrol', { method: 'GET' })).toBe(404);
  }));

test.each<[string, number, Ask]>([
  ['text', 400, enrolment('hello')],
  ['nothing', 400, enrolment('')],
  ['another document', 400, enrolment({ a: 1 })],
  ['more than an enrolment has', 413, enrolment('x'.repeat(limits.enrolBodyBytes + 1))],
  ['that in chunks', 413, { method: 'POST', body: Array.from({ length: 20 }, () => new Uint8Array(1_000)) }],
])('an enrolment of %s is refused with %i', (_, status, asked) =>
  withMachines(async machines => {
    expect(await statusOf(machines, '/enrol', asked)).toBe(status);
    expect(logged).toEqual([]);
  }),
);

test('an enrolment that trickles in is cut off', () =>
  withMachines(async machines => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const socket = connect(machines.port, '127.0.0.1');
    const ended = once(socket, 'close');
    socket.on('error', nothing);
    socket.write('POST /enrol HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{');
    await vi.waitUntil(() => vi.getTimerCount() > 0);
    vi.advanceTimersByTime(limits.enrolReplyMs);
    await ended;
    expect(logged).toEqual([]);
  }));

test('a machine that leaves in the middle of its enrolment is no failure of the coordinator', () =>
  withMachines(async machines => {
    const socket = connect(machines.port, '127.0.0.1');
    socket.write('POST /enrol HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{');
    await once(socket, 'connect');
    socket.destroy();
    expect(await statusOf(machines, '/nothing')).toBe(404);
    expect(logged).toEqual([]);
  }));

test('a large body for which there is no right is not read to its end', () =>
  withMachines(async machines => {
    const asked = { method: 'PUT', body: [new Uint8Array(100_000), new Uint8Array(100_000)] };
    const answer = await ask(machines, `/uploads/${attempt(1)}/${'0'.repeat(64)}`, asked);
    expect([answer.status, answer.headers.connection]).toEqual([401, 'close']);
  }));

test('an unforeseen failure shows nothing of itself', () =>
  withMachines(
    async machines => {
      const answer = await ask(machines, '/enrol', enrolment(aMachine));
      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain('swordfish');
      expect(logged).toHaveLength(1);
    },
    () => Promise.reject(new Error('the password is swordfish')),
  ));

test('files of images are for hosts, with the token of their desired set', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-image-'));
  const file = join(directory, 'disk');
  await writeFile(file, 'a disk');
  imageFiles.set('d'.repeat(64), file);
  const host = bearer(imageTokens.tokenFor(newHostId(), now));
  try {
    await withMachines(async machines => {
      const path = `/images/${'d'.repeat(64)}`;
      expect(await ask(machines, path, { headers: host })).toMatchObject({ status: 200, text: 'a disk' });
      for (const headers of [{}, bearer('token'), bearer(source)])
        expect(await statusOf(machines, path, { headers })).toBe(401);
      expect(await statusOf(machines, `/images/${'e'.repeat(64)}`, { headers: host })).toBe(404);
      expect(await statusOf(machines, '/images/..%2f..%2fetc%2fpasswd', { headers: host })).toBe(404);
    });
  } finally {
    imageFiles.clear();
    await rm(directory, { recursive: true });
  }
});
