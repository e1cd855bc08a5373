/** Who gets in, and what every answer carries. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import { StoreError } from '#coordinator/store/errors.ts';
import { problem } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { type Answer, ask, webhook } from '#test/support/people/ask.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRepository, addRun } from '#test/support/people/rows.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const problemOf = ({ headers, text: body }: Answer) => {
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  return problem.parse(JSON.parse(body));
};

/** Every route that changes something, as the app's tree lists it: a new one is in here by itself. */
function changingRoutes(app: FastifyInstance): { method: string; path: string }[] {
  const path: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap(line => {
      const [, depth = '', part = '', methods = ''] =
        /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
      path.splice(depth.length / 4, Number.POSITIVE_INFINITY, part);
      const changing = methods.split(', ').filter(method => !['GET', 'HEAD', ''].includes(method));
      return changing.map(method => ({ method, path: path.join('').replaceAll('//', '/') }));
    });
}

test('every route that changes something refuses whoever is no administrator', () =>
  withPeople(async people => {
    const open = ['POST /hooks/github', 'POST /api/v1/session', 'DELETE /api/v1/session'];
    const routes = changingRoutes(people.app);
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual(expect.arrayContaining(open));
    expect(routes.length).toBeGreaterThanOrEqual(open.length + 6);
    const { run, job } = await oneJob(people);
    const body = JSON.stringify({ repository: 'https://example.org/a', commit: '0'.repeat(40) });
    for (const { method, path } of routes.filter(route => !open.includes(`${route.method} ${route.path}`))) {
      const url = path.replace('/runs/:id', `/runs/${run}`).replace('/jobs/:id', `/jobs/${job}`);
      const answer = await ask(people, url, {
        method,
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect([path, problemOf(answer)]).toMatchObject([path, { status: 401 }]);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="paddock"');
    }
  }));

async function oneJob(people: People, isPrivate = false) {
  const repository = await addRepository(people, {
    isPrivate,
    fullName: isPrivate ? 'acme/secret' : 'acme/rocket',
  });
  const run = await addRun(people, {}, repository);
  const job = await addJob(people, run);
  const leased = await lease(people, job);
  await leased.print('a line\n');
  const artifact = await leased.keepArtifact('dist/app', Buffer.from('bytes'));
  return { run: run.id, job: job.id, attempt: leased.attempt, artifact: artifact.id };
}

const readingPaths = ({ run, job, attempt, artifact }: Awaited<ReturnType<typeof oneJob>>) => [
  `/api/v1/runs/${run}`,
  `/api/v1/runs/${run}/attempts`,
  `/api/v1/runs/${run}/artifacts`,
  `/api/v1/jobs/${job}`,
  `/api/v1/jobs/${job}/events`,
  `/api/v1/attempts/${attempt}`,
  `/logs/${attempt}.txt`,
  `/logs/${attempt}.txt?follow=1`,
  `/artifacts/${artifact}`,
];

/** Pages are the same for everybody but for what a reader without scripts sees. */
const pagePaths = ({ run, job }: Awaited<ReturnType<typeof oneJob>>) => [`/runs/${run}`, `/jobs/${job}`];

test('to a stranger a private repository is not there', () =>
  withPeople(async people => {
    const one = await oneJob(people, true);
    for (const path of pagePaths(one)) {
      const page = await ask(people, path);
      expect([path, page.status, page.text.includes('64 bits')]).toEqual([path, 404, false]);
      const { status, text } = await ask(people, path, { headers: people.admin });
      expect([path, status, text.includes('64 bits')]).toEqual([path, 200, true]);
    }
    const secret = readingPaths(one);
    for (const path of secret) expect([path, problemOf(await ask(people, path)).status]).toEqual([path, 404]);
    const { text: list } = await ask(people, '/api/v1/runs');
    expect(JSON.parse(list)).toEqual({ items: [], next: null });
    for (const path of secret.filter(each => !each.includes('follow')))
      expect([path, (await ask(people, path, { headers: people.admin })).status]).toEqual([path, 200]);
  }));

test('a public repository is open to read, without anybody’s leave', () =>
  withPeople(async people => {
    for (const path of readingPaths(await oneJob(people)).filter(each => !each.includes('follow')))
      expect([path, (await ask(people, path)).status]).toEqual([path, 200]);
  }));

test('what only administrators see says 401 to everybody else', () =>
  withPeople(async people => {
    for (const path of ['/api/v1/deliveries', '/api/v1/system'])
      expect([path, problemOf(await ask(people, path)).status]).toEqual([path, 401]);
  }));

const everyKind = [
  '/',
  '/api/v1/runs',
  '/api/v1/runs/nonsense',
  '/nothing',
  '/assets/theme.js',
  '/healthz',
  '/%zz',
];

test('every answer, errors included, carries the headers that keep it harmless', () =>
  withPeople(async people => {
    for (const path of everyKind) {
      const { headers } = await ask(people, path);
      expect([path, headers]).toMatchObject([
        path,
        {
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'x-frame-options': 'DENY',
          'cross-origin-resource-policy': 'same-origin',
        },
      ]);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['cache-control']).toMatch(/no-store|no-cache/);
    }
  }));

test('what is no HTTP is answered in the same manner', () =>
  withPeople(async people => {
    const socket = connect(people.port, '127.0.0.1');
    socket.end('hello\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('x-content-type-options: nosniff');
    expect(answer).toContain('"detail":"this is not HTTP"');
  }));

test('headers without end are refused', () =>
  withPeople(async people => {
    const answer = await ask(people, '/', { headers: { 'x-long': 'x'.repeat(20_000) } });
    expect(problemOf(answer).status).toBe(431);
  }));

test('a name that was pointed at us is refused, for reading too', () =>
  withPeople(async people => {
    for (const host of ['evil.example', `evil.example:${people.port}`, '127.0.0.1.evil.example']) {
      const answer = await ask(people, '/api/v1/runs', { headers: { host, ...people.admin } });
      expect([host, answer.status]).toEqual([host, 403]);
    }
    const nameless = connect(people.port, '127.0.0.1').end('GET / HTTP/1.0\r\n\r\n');
    expect(await text(nameless)).toMatch(/^HTTP\/1\.1 403 /);
    for (const host of ['localhost', `127.0.0.1:${people.port}`, '[::1]:7070'])
      expect([host, (await ask(people, '/api/v1/runs', { headers: { host } })).status]).toEqual([host, 200]);
  }));

test('another site cannot change anything, whatever the browser sends along', () =>
  withPeople(async people => {
    const { run } = await oneJob(people);
    const cancel = (headers: Record<string, string>) =>
      ask(people, `/api/v1/runs/${run}/cancel`, { method: 'POST', headers: { ...people.admin, ...headers } });
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `https://127.0.0.1:${people.port + 1}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ])
      expect([headers, (await cancel(headers)).status]).toEqual([headers, 403]);
    expect((await cancel({ origin: people.url })).status).toBe(200);
  }));

test('one address cannot keep the coordinator busy; its administrator and GitHub are not counted', () =>
  withPeople(async people => {
    const status = async (url: string, headers = {}) =>
      (await people.app.inject({ url, headers: { host: 'localhost', ...headers } })).statusCode;
    for (let n = 0; n < limits.requestsPerMinute; n++) await status('/nothing');
    expect(await status('/api/v1/runs')).toBe(429);
    expect(await status('/api/v1/runs', people.admin)).toBe(200);
    expect(await status('/healthz')).toBe(200);
    expect(await status('/api/v1/runs', { 'x-forwarded-for': '192.0.2.1' })).toBe(200);
    expect(await ask(people, '/hooks/github', webhook('{}'))).toMatchObject({ status: 202 });
  }));

test('an unforeseen failure shows a number and nothing of itself', () =>
  withPeople(
    async people => {
      const { detail, status } = problemOf(await ask(people, '/api/v1/runs'));
      expect(status).toBe(500);
      expect(detail).not.toContain('password');
      const [, id] = /\((.+)\)$/.exec(detail) ?? [];
      expect(people.logged.filter(({ level }) => level === 50)).toMatchObject([
        { request: id, err: { message: 'the password is swordfish' } },
      ]);
    },
    real => ({ ...real, runs: async () => Promise.reject(new Error('the password is swordfish')) }),
  ));

test('a trouble of the coordinator’s own says when to come again, and to its log alone where it is', () =>
  withPeople(
    async people => {
      const answer = await ask(people, '/api/v1/runs');
      expect(problemOf(answer)).toMatchObject({
        status: 503,
        detail: 'the coordinator cannot do this now (disk-full)',
        hint: 'an administrator has to free some space',
      });
      expect(answer.headers['retry-after']).toBe('5');
      expect(people.logged).toMatchObject([{ level: 40, reason: expect.stringContaining('/srv/paddock') }]);
    },
    real => ({
      ...real,
      runs: async () =>
        Promise.reject(new StoreError('disk-full', 'no space left for /srv/paddock/paddock.db')),
    }),
  ));
