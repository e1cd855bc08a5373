/** `/api/openapi.json`: that it tells of every route, truly, and passes a linter. */

import { PassThrough } from 'node:stream';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Command } from 'commander';
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { createTerminal } from '#coordinator/cli/output/terminal.ts';
import { createProgram } from '#coordinator/cli/program.ts';
import { everybody } from '#coordinator/http/guard.ts';
import type { OpenApiDocument } from '#coordinator/http/openapi/document.ts';
import { operations } from '#coordinator/http/openapi/operations.ts';
import { addOpenApi } from '#coordinator/http/routes/openapi.ts';
import { lint, ownFindings } from '#test/api-lint/lint.ts';
import { ask } from '#test/support/people/ask.ts';
import { lease } from '#test/support/people/lease.ts';
import { addJob, addRun } from '#test/support/people/rows.ts';
import { type People, withPeople } from '#test/support/people/with-people.ts';

const address = '/api/openapi.json';

const documentOf = async (people: People): Promise<OpenApiDocument> =>
  JSON.parse((await ask(people, address)).text);

const pathOf = (url: string) => url.replace(/:([a-z0-9]+)/gi, '{$1}');

test('every route of the API is told of, with what its guard asks for', () =>
  withPeople(async people => {
    const { paths } = await documentOf(people);
    const doors = people.app.doors.filter(({ method, url }) => method !== 'HEAD' && url.startsWith('/api/'));
    expect(doors.length).toBeGreaterThan(60);
    for (const { method, url, needs } of doors) {
      const operation = paths[pathOf(url)]?.[method.toLowerCase()] as Record<string, object> | undefined;
      expect([url, operation?.operationId]).toEqual([url, operations[`${method} ${url}`]?.id]);
      const told = operation?.['x-paddock-permission'];
      expect([url, told]).toEqual([
        url,
        'permission' in needs
          ? expect.objectContaining({ permission: needs.permission })
          : { needs: 'everybody' in needs ? 'nothing' : Object.keys(needs)[0] },
      ]);
      expect([url, operation?.security]).toEqual([
        url,
        'everybody' in needs ? expect.arrayContaining([{}]) : expect.not.arrayContaining([{}]),
      ]);
    }
  }));

test('nothing is told of that is not there, and no two operations have one name', () =>
  withPeople(async people => {
    const there = new Set(people.app.doors.map(({ method, url }) => `${method} ${url}`));
    expect(Object.keys(operations).filter(name => !there.has(name))).toEqual([]);
    const ids = Object.values(operations).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }));

test('a route of the API that nobody describes is not built', () => {
  const app = Fastify();
  addOpenApi(app);
  const config = everybody('it is a test');
  app.get('/elsewhere', { config }, async () => ({}));
  expect(() => app.get('/api/v1/forgotten', { config }, async () => ({}))).toThrow(
    'GET /api/v1/forgotten has no line among the operations',
  );
});

test('it is kept by its digest, and is the same on every coordinator', () =>
  withPeople(async one => {
    const first = await ask(one, address);
    const etag = String(first.headers.etag);
    expect(first.headers['cache-control']).toBe('public, no-cache');
    expect((await ask(one, address, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await ask(one, address, { headers: { 'if-none-match': '"another"' } })).status).toBe(200);
    await withPeople(async other => {
      const second = await ask(other, address, { headers: other.admin });
      expect(second.text).toBe(first.text);
      expect(second.headers.etag).toBe(etag);
    });
  }));

describe('the linter', () => {
  test('finds nothing', () =>
    withPeople(async people => expect(await lint((await ask(people, address)).text)).toEqual([])));

  test('finds what is planted', () =>
    withPeople(async people => {
      const document = await documentOf(people);
      const [item = {}] = Object.values(document.paths);
      item.get = { ...item.get, operationId: 'list runs', tags: [], 'x-paddock-permission': undefined };
      const own = ownFindings(document).map(({ rule }) => rule);
      expect(own).toEqual(expect.arrayContaining(['operation-id', 'one-tag', 'permission']));
      document.components.schemas = { ...document.components.schemas, Orphan: { type: 'object' } };
      const all = (await lint(JSON.stringify(document))).map(({ rule }) => rule);
      expect(all).toEqual(expect.arrayContaining(['no-unused-components', 'operation-operationId-url-safe']));
    }));
});

/** Answers of a real coordinator, against what the document says of them. */
test('what is answered fits what the document says', () =>
  withPeople(async people => {
    const document = await documentOf(people);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ ...document, $id: 'document' });
    const run = await addRun(people);
    const job = await addJob(people, run);
    const leased = await lease(people, job);
    await leased.stepStarts(0);
    await leased.print('hello\n');
    await leased.exit(0);
    const attempt = leased.attempt;
    const asked: [path: string, url: string][] = [
      ['/api/v1/runs', '/api/v1/runs?jobs=brief'],
      ['/api/v1/runs/{id}', `/api/v1/runs/${run.id}`],
      ['/api/v1/runs/{id}/attempts', `/api/v1/runs/${run.id}/attempts`],
      ['/api/v1/jobs/{id}', `/api/v1/jobs/${job.id}`],
      ['/api/v1/jobs/{id}/events', `/api/v1/jobs/${job.id}/events`],
      ['/api/v1/attempts/{id}', `/api/v1/attempts/${attempt}`],
      ['/api/v1/attempts/{id}/log', `/api/v1/attempts/${attempt}/log`],
      ['/api/v1/attempts/{id}/lines', `/api/v1/attempts/${attempt}/lines`],
      ...[
        'runs/{id}/merge',
        'session',
        'system',
        'people',
        'secrets',
        'audit',
        'credentials',
        'merges',
        'caches',
      ].map(name => [`/api/v1/${name}`, `/api/v1/${name.replace('{id}', run.id)}`] as [string, string]),
    ];
    for (const [path, url] of asked) {
      const { status, text } = await ask(people, url, { headers: people.admin });
      const pointer = `${path.replaceAll('/', '~1')}/get/responses/${status}/content/application~1json/schema`;
      const check = ajv.compile({ $ref: `document#/paths/${pointer}` });
      expect([url, check(JSON.parse(text)), check.errors]).toEqual([url, true, null]);
    }
    const refused = await ask(people, '/api/v1/people');
    const check = ajv.compile({
      $ref: 'document#/components/responses/NotSignedIn/content/application~1problem+json/schema',
    });
    expect([check(JSON.parse(refused.text)), check.errors]).toEqual([true, null]);
  }));

test('what it says of the command line can be typed', () => {
  const terminal = createTerminal(new PassThrough(), new PassThrough(), {});
  const context = { terminal, environment: {}, directory: '.' };
  const program = createProgram({ version: '0', context, onExit() {} });
  for (const { cli } of Object.values(operations)) {
    if (!cli) continue;
    const [, ...words] = cli.split(' ');
    let verb: Command = program;
    for (let next: Command | undefined = program; next; words.shift()) {
      verb = next;
      next = verb.commands.find(each => each.name() === words[0]);
    }
    for (const option of words.filter(word => word.startsWith('--')))
      expect([cli, verb.options.map(({ long }) => long)]).toEqual([cli, expect.arrayContaining([option])]);
    expect([cli, verb === program]).toEqual([cli, false]);
  }
});
