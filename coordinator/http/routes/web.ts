/** The web app: one page for all of its addresses, and its assets. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { jobId, runId } from '#shared/ids.ts';
import type { HttpRefusalCode } from '#shared/refusals.ts';
import { runFilter, runsPath } from '#shared/run-filter.ts';
import { testKey } from '#shared/test-api.ts';
import { refusalHeader } from '../../ground/refuse.ts';
import { takesGzip } from '../compress.ts';
import { HttpProblem } from '../errors.ts';
import { everybody, whatIsSeen } from '../guard.ts';
import { type Html, html } from '../pages/html.ts';
import { jobOutline, runOutline } from '../pages/outline.ts';
import type { PeopleParts } from '../parts.ts';
import { contentSecurityPolicy } from '../security-headers.ts';

/** What the server itself knows of a page: the app finds out the rest. */
type Outline = {
  name: string;
  status: 200 | 404;
  title: string;
  /** One sentence, for search results and previews of links. */
  summary: string;
  body: Html;
  /** What the app is going to ask for first. */
  data: string[];
};

const shell = everybody('the empty page: what stands in it is asked for by its scripts');

const product = 'Paddock tests every commit on every operating system.';

const absent = (name: string): Outline => ({
  name,
  status: 404,
  title: 'Not found',
  summary: product,
  data: [],
  body: html`<p>There is no such page.</p>`,
});
const plain = (name: string, title: string, data: string[] = []): Outline => ({
  name,
  status: 200,
  title,
  summary: product,
  data,
  body: html`<p>This page needs JavaScript. On the command line: <code>paddock runs</code>.</p>`,
});

export function addWebRoutes(plainApp: FastifyInstance, parts: PeopleParts): void {
  const app = plainApp.withTypeProvider<ZodTypeProvider>();
  const params = z.object({ id: z.string() });

  const send = async (reply: FastifyReply, { body, ...outline }: Outline): Promise<FastifyReply> => {
    const nonce = randomBytes(16).toString('base64');
    const page = (await parts.web()).page({ ...outline, nonce, withoutScript: body });
    if (outline.status === 404) reply.header(refusalHeader, 'not-found' satisfies HttpRefusalCode);
    return reply
      .code(outline.status)
      .header('content-security-policy', contentSecurityPolicy(nonce))
      .type('text/html; charset=utf-8')
      .send(page);
  };

  app.get('/', { config: shell }, async (request, reply) => {
    const filter = runFilter.safeParse(request.query).data ?? {};
    return send(reply, plain('runs', 'Runs', [runsPath(filter, null)]));
  });

  for (const [url, name, title] of [
    ['/deliveries', 'deliveries', 'Deliveries'],
    ['/merging', 'merging', 'Merging'],
    ['/queue', 'queue', 'Queue'],
    ['/settings', 'settings', 'System'],
    ['/people', 'people', 'People'],
    ['/secrets', 'secrets', 'Secrets'],
    ['/credentials', 'credentials', 'Credentials'],
    ['/audit', 'audit', 'Audit log'],
    // The secret is in the fragment, so a GET neither carries nor spends it: link previews are harmless.
    ['/sign-in', 'sign-in', 'Sign in'],
  ] as const)
    app.get(url, { config: shell }, async (_, reply) => send(reply, plain(name, title)));

  for (const [url, name] of [
    ['/runs/:id', 'run'],
    ['/runs/:id/artifacts', 'artifacts'],
  ] as const)
    app.get(url, { config: whatIsSeen, schema: { params } }, async (request, reply) => {
      const id = runId.safeParse(request.params.id);
      const run = id.success ? await parts.run(id.data, request.actor) : null;
      return send(reply, run ? { name, status: 200, ...runOutline(run) } : absent(name));
    });

  app.get(
    '/tests/:key',
    { config: whatIsSeen, schema: { params: z.object({ key: z.string() }) } },
    async (request, reply) => {
      const key = testKey.safeParse(request.params.key);
      const known = key.success ? await parts.test(key.data, { max: 1 }, request.actor) : null;
      return send(reply, known ? plain('test', known.test.name) : absent('test'));
    },
  );

  app.get('/jobs/:id', { config: whatIsSeen, schema: { params } }, async (request, reply) => {
    const id = jobId.safeParse(request.params.id);
    const job = id.success ? await parts.job(id.data, request.actor) : null;
    return send(reply, job ? { name: 'job', status: 200, ...jobOutline(job) } : absent('job'));
  });

  app.get(
    '/assets/:name',
    { config: shell, schema: { params: z.object({ name: z.string() }) } },
    async (request, reply) => {
      const asset = (await parts.web()).asset(request.params.name);
      if (!asset)
        throw new HttpProblem(404, 'there is no such asset', 'load the page again: it is newer by now');
      reply
        .header('etag', asset.etag)
        .header('vary', 'accept-encoding')
        .header(
          'cache-control',
          asset.isImmutable ? `public, max-age=${secondsOfAYear}, immutable` : 'no-cache',
        );
      if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
      const isZipped = asset.gzipped !== null && takesGzip(request);
      if (isZipped) reply.header('content-encoding', 'gzip');
      return reply.type(asset.type).send(isZipped ? asset.gzipped : asset.bytes);
    },
  );
}

const secondsOfAYear = 31_536_000;
