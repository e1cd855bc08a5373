/** What a test reads of a coordinator, as its administrator, over HTTP. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {
  type DeliveryView,
  deliveryPage,
  eventView,
  jobView,
  runView,
  type StartRun,
  systemView,
} from '#shared/api.ts';
import { hostView, poolDetail } from '#shared/fleet-api.ts';
import type { JobId, RunId } from '#shared/ids.ts';
import { runPage } from '#shared/run-line.ts';
import { jobTests } from '#shared/test-api.ts';

export type Api = ReturnType<typeof createApi>;

export function createApi(url: string, dataDir: string) {
  const authorization = async () => {
    const token = await readFile(path.join(dataDir, 'admin-token'), 'utf8');
    return { authorization: `Bearer ${token.trim()}` };
  };
  const call = async (route: string, init: RequestInit = {}) => {
    const response = await fetch(url + route, {
      ...init,
      headers: { ...init.headers, ...(await authorization()) },
    });
    if (!response.ok) throw new Error(`${route} answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const get = async <Schema extends z.ZodType>(route: string, schema: Schema): Promise<z.output<Schema>> =>
    schema.parse(await (await call(route)).json());
  const post = async <Schema extends z.ZodType>(
    route: string,
    schema: Schema,
    body?: object,
  ): Promise<z.output<Schema>> => {
    const init = body
      ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      : undefined;
    return schema.parse(await (await call(route, { method: 'POST', ...init })).json());
  };
  const deliveriesFrom = (rest: string) => get(`/api/v1/deliveries?max=100${rest}`, deliveryPage);
  const routeOf = (address: string) => (address.startsWith(url) ? address.slice(url.length) : address);
  const done = z.object({ message: z.string() });
  return {
    /** The newest ones, in full. */
    runs: async (max = 100) => {
      const { items } = await get(`/api/v1/runs?max=${max}`, runPage);
      return Promise.all(items.map(({ id }) => get(`/api/v1/runs/${id}`, runView)));
    },
    hosts: () => get('/api/v1/hosts', z.array(hostView)),
    pool: (image: string) => get(`/api/v1/pools/${image}`, poolDetail),
    run: (id: RunId) => get(`/api/v1/runs/${id}`, runView),
    job: (id: JobId) => get(`/api/v1/jobs/${id}`, jobView),
    tests: (id: JobId) => get(`/api/v1/jobs/${id}/tests`, jobTests),
    events: (id: JobId) => get(`/api/v1/jobs/${id}/events`, z.array(eventView)),
    /** The newest hundred. */
    deliveries: async () => (await deliveriesFrom('')).items,
    async everyDelivery() {
      const all: DeliveryView[] = [];
      for (let next: string | null = ''; next !== null; ) {
        const answer: Awaited<ReturnType<typeof deliveriesFrom>> = await deliveriesFrom(
          next && `&before=${encodeURIComponent(next)}`,
        );
        all.push(...answer.items);
        next = answer.next;
      }
      return all;
    },
    system: () => get('/api/v1/system', systemView),
    startRun: (request: StartRun) => post('/api/v1/runs', runView, request),
    cancelJob: (id: JobId) => post(`/api/v1/jobs/${id}/cancel`, done),
    cancelRun: (id: RunId) => post(`/api/v1/runs/${id}/cancel`, done),
    rerunJob: (id: JobId) => post(`/api/v1/jobs/${id}/rerun`, done),
    /** The headers of an administrator's program. */
    authorization,
    bytes: async (address: string) => Buffer.from(await (await call(routeOf(address))).arrayBuffer()),
    /** The same piece by piece. */
    stream: async (address: string) =>
      (await call(routeOf(address))).body ?? new ReadableStream<Uint8Array>(),
  };
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
