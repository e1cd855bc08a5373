/** Bytes: raw logs (followed on demand), artifacts, and the pages' own assets. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { artifactId, attemptId } from '#shared/ids.ts';
import { HttpProblem } from '../errors.ts';
import type { PeopleParts } from '../parts.ts';

const assets = {
  'style.css': 'text/css; charset=utf-8',
  'job.js': 'text/javascript; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'sign-in.js': 'text/javascript; charset=utf-8',
  'favicon.svg': 'image/svg+xml',
} as const;

const offset = z.coerce.number().int().nonnegative();
/** `from` and `to` bound the bytes of what is stored now; a followed log is followed from its beginning. */
const logQuery = z.object({
  follow: z.enum(['0', '1']).optional(),
  from: offset.default(0),
  to: offset.optional(),
});

export function addFileRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/logs/:file',
    { schema: { params: z.object({ file: z.string() }), querystring: logQuery } },
    async (request, reply) => {
      const id = attemptId.safeParse(request.params.file.replace(/\.txt$/, ''));
      const { follow, from, to } = request.query;
      const log = id.success
        ? await parts.log(id.data, parts.access.readerOf(request.raw), { from, to })
        : null;
      if (!id.success || !log) throw new HttpProblem(404, 'there is no such log, or you may not see it');
      // Never HTML, whatever the suite printed.
      reply.header('content-type', 'text/plain; charset=utf-8').header('cache-control', 'no-store');
      if (follow !== '1') return reply.header('content-length', log.bytes).send(Readable.from(log.body));
      const gone = new AbortController();
      request.raw.once('close', () => gone.abort());
      return reply.send(Readable.from(bytesOf(parts.tail(id.data, 0, 'every-byte', gone.signal))));
    },
  );

  app.get('/artifacts/:id', { schema: { params: z.object({ id: artifactId }) } }, async (request, reply) => {
    const artifact = await parts.artifact(request.params.id, parts.access.readerOf(request.raw));
    if (!artifact) throw new HttpProblem(404, 'there is no such artifact, or you may not see it');
    const { view, body } = artifact;
    const name = encodeURIComponent(view.path.split('/').at(-1) ?? 'artifact');
    return reply
      .header('content-type', 'application/octet-stream')
      .header('content-length', view.bytes)
      .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
      .header('etag', `"${view.sha256}"`)
      .send(Readable.from(body));
  });

  for (const [name, type] of Object.entries(assets)) addAsset(plain, name, type);
}

function addAsset(app: FastifyInstance, name: string, type: string): void {
  const bytes = readFileSync(new URL(`../pages/assets/${name}`, import.meta.url));
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 20)}"`;
  app.get(`/assets/${name}`, async (request, reply) => {
    reply.header('etag', etag).header('cache-control', 'no-cache');
    return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.type(type).send(bytes);
  });
}

async function* bytesOf(frames: ReturnType<PeopleParts['tail']>): AsyncGenerator<Uint8Array> {
  for await (const frame of frames) if (frame.type === 'bytes') yield Buffer.from(frame.bytes, 'base64');
}
