/** Images under /api/v1, all of it for administrators: they are known before anything else is looked at. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { done } from '#shared/api.ts';
import { sha256, slug } from '#shared/ids.ts';
import {
  addImage,
  imageAdded,
  imageDetail,
  imageFilePart,
  imageFileProgress,
  imageView,
  rollBackImage,
  testImage,
} from '#shared/image-api.ts';
import { limits } from '#shared/limits.ts';
import { HttpProblem } from '../errors.ts';
import { needs } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';

const config = needs('images');
const byName = z.object({ name: slug });
const byDigest = z.object({ sha256 });

export function addImageRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const known = async (name: string) => {
    const image = await parts.image(name);
    if (!image) throw new HttpProblem(404, `there is no image ${name}`, 'paddock image list');
    return image;
  };
  const taken = <Result extends object>(result: Result | { refusal: string }, name: string): Result => {
    if ('refusal' in result) throw new HttpProblem(409, result.refusal, `paddock image show ${name}`);
    return result;
  };

  app.get('/api/v1/images', { config, schema: { response: { 200: z.array(imageView) } } }, () =>
    parts.images(),
  );
  app.get(
    '/api/v1/images/:name',
    { config, schema: { params: byName, response: { 200: imageDetail } } },
    ({ params: { name } }) => known(name),
  );
  app.post(
    '/api/v1/images',
    { config, schema: { body: addImage, response: { 202: imageAdded } } },
    async ({ body: { manifest } }, reply) => reply.code(202).send(await parts.addImage(manifest)),
  );
  app.post(
    '/api/v1/images/:name/test',
    { config, schema: { params: byName, body: testImage, response: { 202: imageAdded } } },
    async ({ params: { name }, body }, reply) => {
      await known(name);
      const { number } = taken(await parts.testImage(name, body.number ?? null), name);
      return reply.code(202).send({ name, number, isNew: true });
    },
  );
  app.post(
    '/api/v1/images/:name/rollback',
    { config, schema: { params: byName, body: rollBackImage, response: { 200: imageDetail } } },
    async ({ params: { name }, body: { to } }) => {
      await known(name);
      taken(await parts.rollBackImage(name, to), name);
      return known(name);
    },
  );
  for (const [verb, isDisabled] of [
    ['disable', true],
    ['enable', false],
  ] as const)
    app.post(
      `/api/v1/images/:name/${verb}`,
      { config, schema: { params: byName, response: { 200: imageDetail } } },
      async ({ params: { name } }) => {
        await known(name);
        await parts.disableImage(name, isDisabled);
        return known(name);
      },
    );
  app.post(
    '/api/v1/images/:name/remove',
    { config, schema: { params: byName, response: { 200: done } } },
    async ({ params: { name } }) => {
      await known(name);
      await parts.removeImage(name);
      return { message: `${name} is removed; its machines go when what runs on them has ended` };
    },
  );
  addFileRoutes(app, parts);
}

/** A disk is sent once, in parts, by its digest, before the manifest that names it; what is here need not be sent. */
function addFileRoutes(app: FastifyInstance, parts: PeopleParts): void {
  app.register(async plain => {
    const scope = plain.withTypeProvider<ZodTypeProvider>();
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_, __, done) => done(null));
    const route = '/api/v1/image-files/:sha256';
    scope.get(
      route,
      { config, schema: { params: byDigest, response: { 200: imageFileProgress } } },
      ({ params: { sha256 } }) => parts.imageFile(sha256),
    );
    scope.put(
      route,
      {
        config,
        schema: { params: byDigest, querystring: imageFilePart, response: { 200: imageFileProgress } },
      },
      async ({ raw, params: { sha256 }, query: { offset, bytes } }) => {
        if (!(Number(raw.headers['content-length']) <= limits.uploadChunkBytes))
          throw new HttpProblem(
            413,
            `a part has at most ${limits.uploadChunkBytes} bytes, and says how many`,
          );
        const gone = new AbortController();
        raw.once('close', () => raw.complete || gone.abort(new Error('whoever sent the file has gone')));
        return parts.receiveImageFile({ sha256, offset, bytes }, raw, gone.signal).catch(refuse);
      },
    );
  });
}

/** What a sender is told of a failure of the blob store. */
function refuse(error: unknown): never {
  const code = (error as { code?: unknown }).code;
  if (code === 'wrong-digest')
    throw new HttpProblem(422, 'what came is another file than was announced; it was thrown away');
  if (code === 'no-space')
    throw new HttpProblem(
      507,
      'the coordinator has no space for this file',
      'make room in its data directory',
    );
  throw error;
}
