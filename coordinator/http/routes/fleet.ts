/** Hosts, pools and machines under /api/v1, all of it for administrators: they are known before anything else is looked at. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { done } from '#shared/api.ts';
import {
  addHost,
  decisionPage,
  decisionQuery,
  fleetView,
  hostDetail,
  hostInvitation,
  hostView,
  machineDetail,
  machineQuery,
  machineView,
  poolDetail,
  poolPreview,
  poolView,
  removeHost,
  scalePool,
  setHost,
} from '#shared/fleet-api.ts';
import { imageName, machineId, slug } from '#shared/ids.ts';
import { HttpProblem } from '../errors.ts';
import { needs } from '../guard.ts';
import type { PeopleParts } from '../parts.ts';
import { acted } from './refusals.ts';

const byName = z.object({ name: slug });
const byImage = z.object({ image: imageName });
const byId = z.object({ id: machineId });

const known = <View>(view: View | null, what: string, hint: string): View => {
  if (view === null) throw new HttpProblem(404, `there is no ${what}`, hint);
  return view;
};
const knownHost = <View>(view: View | null, name: string): View =>
  known(view, `host ${name}`, 'paddock host list');
const knownPool = <View>(view: View | null, image: string): View =>
  known(view, `pool of ${image}`, 'paddock pool list');

export function addFleetRoutes(plain: FastifyInstance, parts: PeopleParts): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const config = needs('fleet');

  app.get('/api/v1/fleet', { config, schema: { response: { 200: fleetView } } }, () => parts.fleet());
  app.get(
    '/api/v1/decisions',
    { config, schema: { querystring: decisionQuery, response: { 200: decisionPage } } },
    ({ query }) => parts.decisions(query),
  );

  app.get('/api/v1/hosts', { config, schema: { response: { 200: z.array(hostView) } } }, () => parts.hosts());
  app.get(
    '/api/v1/hosts/:name',
    { config, schema: { params: byName, response: { 200: hostDetail } } },
    async ({ params: { name } }) => knownHost(await parts.host(name), name),
  );
  app.post(
    '/api/v1/hosts',
    { config, schema: { body: addHost, response: { 201: hostInvitation } } },
    async ({ body: { name, traits = null } }, reply) =>
      reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(await parts.inviteHost(name, traits)),
  );
  app.post(
    '/api/v1/hosts/:name/set',
    { config, schema: { params: byName, body: setHost, response: { 200: hostDetail } } },
    async ({ params: { name }, body }) => {
      knownHost(await parts.host(name), name);
      acted(await parts.setHost(name, body), '', `paddock host show ${name}`);
      return knownHost(await parts.host(name), name);
    },
  );
  for (const [verb, isDraining, message] of [
    ['drain', true, 'drains: nothing new goes there, what runs there ends first'],
    ['resume', false, 'has machines again'],
  ] as const)
    app.post(
      `/api/v1/hosts/:name/${verb}`,
      { config, schema: { params: byName, response: { 200: done } } },
      async ({ params: { name } }) => {
        knownHost(await parts.host(name), name);
        await parts.drainHost(name, isDraining);
        return { message: `${name} ${message}` };
      },
    );
  app.post(
    '/api/v1/hosts/:name/remove',
    { config, schema: { params: byName, body: removeHost, response: { 200: done } } },
    async ({ params: { name }, body: { isForced } }) => {
      const host = await parts.host(name);
      if (host === null && (await parts.uninviteHost(name)))
        return { message: `${name} has not joined; its token lets nobody in any more` };
      knownHost(host, name);
      return acted(
        await parts.removeHost(name, isForced),
        `${name} is removed; its credential is refused from now on`,
        `paddock host show ${name}`,
      );
    },
  );

  app.get(
    '/api/v1/machines',
    { config, schema: { querystring: machineQuery, response: { 200: z.array(machineView) } } },
    ({ query: { all } }) => parts.machines(all === '1'),
  );
  app.get(
    '/api/v1/machines/:id',
    { config, schema: { params: byId, response: { 200: machineDetail } } },
    async ({ params: { id } }) =>
      known(await parts.machine(id), `machine ${id}`, 'paddock machine list --all'),
  );
  app.get(
    '/api/v1/machines/:id/screen.png',
    { config, schema: { params: byId } },
    async ({ params: { id } }, reply) => {
      const png = known(
        await parts.machineScreen(id),
        `picture of machine ${id}`,
        `paddock machine show ${id}`,
      );
      return reply
        .type('image/png')
        .header('content-disposition', `inline; filename="${id}.png"`)
        .send(Buffer.from(png));
    },
  );

  app.get('/api/v1/pools', { config, schema: { response: { 200: z.array(poolView) } } }, () => parts.pools());
  app.get(
    '/api/v1/pools/:image',
    { config, schema: { params: byImage, response: { 200: poolDetail } } },
    async ({ params: { image } }) => knownPool(await parts.pool(image), image),
  );
  app.post(
    '/api/v1/pools/:image/scale',
    { config, schema: { params: byImage, body: scalePool, response: { 200: poolDetail } } },
    async ({ params: { image }, body }) => {
      knownPool(await parts.pool(image), image);
      acted(await parts.scalePool(image, body), '', `paddock pool why ${image}`);
      return knownPool(await parts.pool(image), image);
    },
  );
  app.post(
    '/api/v1/pools/:image/preview',
    { config, schema: { params: byImage, body: scalePool, response: { 200: poolPreview } } },
    async ({ params: { image }, body }) => {
      knownPool(await parts.pool(image), image);
      return parts.previewPool(image, body);
    },
  );
  for (const verb of ['pause', 'resume', 'reset'] as const)
    app.post(
      `/api/v1/pools/:image/${verb}`,
      { config, schema: { params: byImage, response: { 200: poolDetail } } },
      async ({ params: { image } }) => {
        knownPool(await parts.pool(image), image);
        await parts.changePool(image, verb);
        return knownPool(await parts.pool(image), image);
      },
    );
}
