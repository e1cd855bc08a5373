/** Bytes: raw logs (followed on demand) and artifacts. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type AttemptId, artifactId, attemptId } from '#shared/ids.ts';
import { refusals } from '#shared/refusals.ts';
import type { Actor } from '../../access/actor.ts';
import { HttpProblem } from '../errors.ts';
import { whatIsSeen } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';
import { sendBytes } from '../send-bytes.ts';
import type { Watches } from '../watches.ts';

const offset = z.coerce.number().int().nonnegative();
/** `from` and `to` bound the bytes of what is stored now; a followed log is followed from its beginning. */
const logQuery = z.object({
  follow: z.enum(['0', '1']).optional(),
  from: offset.default(0),
  to: offset.optional(),
});

/** HEAD is served by the same handlers: what Fastify makes of a GET would read every byte to throw it away. */
const method: ('GET' | 'HEAD')[] = ['GET', 'HEAD'];

export function addFileRoutes(plain: FastifyInstance, parts: PeopleParts, watches: Watches): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();

  app.route({
    method,
    url: '/logs/:file',
    config: whatIsSeen,
    schema: { params: z.object({ file: z.string() }), querystring: logQuery },
    async handler(request, reply) {
      const id = attemptId.safeParse(request.params.file.replace(/\.txt$/, ''));
      const log = id.success ? await parts.log(id.data, request.actor) : null;
      if (!id.success || !log) throw new HttpProblem(404, 'there is no such log, or you may not see it');
      const { follow, from, to = log.bytes } = request.query;
      // Never HTML, whatever the suite printed.
      reply.header('content-type', 'text/plain; charset=utf-8');
      if (follow === '1')
        return request.method === 'HEAD'
          ? reply.send()
          : sendFollowed(parts, id.data, request.actor, reply, watches);
      const end = Math.min(to, log.bytes);
      const start = Math.min(from, end);
      const isWhole = end - start === log.bytes;
      return sendBytes(request, reply, {
        bytes: end - start,
        etag: isWhole && log.seal?.state === 'complete' ? log.seal.sha256 : null,
        read: (first, last) => log.read(start + first, start + last),
      });
    },
  });

  app.route({
    method,
    url: '/artifacts/:id',
    config: whatIsSeen,
    schema: { params: z.object({ id: artifactId }) },
    async handler(request, reply) {
      const artifact = await parts.artifact(request.params.id, request.actor);
      if (!artifact) throw new HttpProblem(404, 'there is no such artifact, or you may not see it');
      const { view, read, removed } = artifact;
      if (removed !== null)
        throw new HttpProblem(
          'artifact-removed',
          `The artifact ${view.path} was ${removed}.`,
          refusals['artifact-removed'].todo,
        );
      reply
        .header('content-type', 'application/octet-stream')
        .header('content-disposition', attachment(view.path.split('/').at(-1) ?? 'artifact'));
      return sendBytes(request, reply, { bytes: view.bytes, etag: view.sha256, read });
    },
  });
}

/** RFC 6266: the name in ASCII for old clients, and as it is. */
function attachment(name: string): string {
  const plain = name.replace(/[^\w .+-]/g, '_');
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}

/** The log from its first byte until it ends or its reader goes. */
function sendFollowed(
  { tail, log }: PeopleParts,
  attempt: AttemptId,
  actor: Actor,
  reply: FastifyReply,
  watches: Watches,
): FastifyReply {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  // Cut in the middle: it must not look like the end of the log.
  const end = () => reply.raw.destroy();
  watches.add({ actor, mayStill: async now => (await log(attempt, now)) !== null, end }, gone.signal);
  const bytes = bytesOf(tail(attempt, 0, 'every-byte', gone.signal));
  reply.send(Readable.from(bytes, { objectMode: false }));
  // The first line may be minutes away; that it will come is known now.
  reply.raw.flushHeaders();
  return reply;
}

/** A log that its agent sends anew goes on where it was: what a reader has cannot be taken back. */
async function* bytesOf(frames: ReturnType<PeopleParts['tail']>): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const frame of frames) {
    if (frame.type !== 'bytes') continue;
    const bytes = Buffer.from(frame.bytes, 'base64').subarray(Math.max(0, sent - frame.offset));
    if (bytes.length > 0) yield bytes;
    sent += bytes.length;
  }
}
