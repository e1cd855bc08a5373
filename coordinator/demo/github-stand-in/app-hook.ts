/**
 * The webhook of an App: its settings, and each delivery with what came of it.
 * Source: https://docs.github.com/rest/apps/webhooks
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { accountJson, isoTime } from './account-json.ts';
import { type ApiAnswer, type ApiRequest, ok, refused } from './api-answer.ts';
import { deliver, redeliver, type SentDelivery } from './deliver.ts';
import { hookId } from './hook-events.ts';
import type { AppDelivery, AppRecord, HookEvent } from './records.ts';
import { nextId, type World } from './world.ts';

type Settings = { url?: string; secret?: string; content_type?: string; insecure_ssl?: string | number };

const settingsJson = ({ hook }: AppRecord): Record<string, unknown> =>
  hook === null
    ? {}
    : {
        url: hook.url,
        content_type: hook.contentType,
        insecure_ssl: hook.insecureSsl,
        ...(hook.secret === '' ? {} : { secret: '********' }),
      };

function change(app: AppRecord, { url, secret, content_type, insecure_ssl }: Settings): void {
  const { hook } = app;
  if (hook === null) return;
  hook.url = url ?? hook.url;
  hook.secret = secret ?? hook.secret;
  hook.contentType = content_type ?? hook.contentType;
  hook.insecureSsl = String(insecure_ssl ?? hook.insecureSsl);
}

function deliveryJson({ id, guid, event, at, isAgain, seconds, status, statusCode }: AppDelivery) {
  return {
    id,
    guid,
    delivered_at: isoTime(at),
    redelivery: isAgain,
    duration: seconds,
    status,
    status_code: statusCode,
    event,
    action: null,
    installation_id: null,
    repository_id: null,
    throttled_at: null,
  };
}

const wholeJson = (app: AppRecord, delivery: AppDelivery): Record<string, unknown> => ({
  ...deliveryJson(delivery),
  url: app.hook?.url ?? '',
  request: { headers: {}, payload: JSON.parse(delivery.body.toString()) },
  response: { headers: {}, payload: delivery.answer },
});

/** Sends one event, now; it is listed when it is over, however that was. */
function send(world: World, event: string, again: AppDelivery | null, payload: HookEvent['payload']): void {
  const { app } = world;
  if (!app?.hook) return;
  const { url, secret } = app.hook;
  const [startedAt, began] = [world.now(), performance.now()];
  const guid = again?.guid ?? randomUUID();
  const body = again?.body ?? Buffer.from(JSON.stringify(payload));
  const options = { deliveryId: guid, signal: world.ending.signal };
  const sent: Promise<SentDelivery> = again
    ? redeliver({ url, secret }, { deliveryId: guid, event, body }, options)
    : deliver({ url, secret }, { event, payload }, options);
  const work: Promise<void> = sent
    .then(
      ({ status, answer }) => ({
        status: status < 300 ? 'OK' : `Invalid HTTP Response: ${status}`,
        statusCode: status,
        answer,
      }),
      (error: Error) =>
        error.name === 'TimeoutError'
          ? { status: 'timed out', statusCode: 504, answer: null }
          : { status: 'failed to connect to host', statusCode: 502, answer: null },
    )
    .then(outcome => {
      const seconds = (performance.now() - began) / 1_000;
      const id = nextId(world);
      app.deliveries.unshift({
        id,
        guid,
        event,
        body,
        at: startedAt,
        isAgain: again !== null,
        seconds,
        ...outcome,
      });
    })
    .finally(() => world.sending.delete(work));
  world.sending.add(work);
}

/** What GitHub sends as soon as an App has a webhook. */
export function pingApp(world: World): void {
  const { app, links } = world;
  if (!app?.hook) return;
  const time = isoTime(world.now());
  send(world, 'ping', null, {
    zen: 'Keep it logically awesome.',
    hook_id: hookId,
    hook: {
      type: 'App',
      id: hookId,
      name: 'web',
      active: true,
      events: app.events,
      config: { content_type: app.hook.contentType, insecure_ssl: app.hook.insecureSsl },
      updated_at: time,
      created_at: time,
      app_id: app.id,
      deliveries_url: `${links.api}/app/hook/deliveries`,
    },
    sender: accountJson(links, app.owner.login),
  });
}

export const newSecret = (): string => randomBytes(20).toString('hex');

/** The calls of an App about its webhook; null for any other call. */
export function answerAppHook(
  world: World,
  app: AppRecord,
  { method, path, body, query }: ApiRequest,
): ApiAnswer | null {
  if (path === '/app/hook/config') {
    if (method === 'PATCH') change(app, body as Settings);
    return app.hook === null ? refused(404, 'Not Found') : ok(settingsJson(app));
  }
  if (path === '/app/hook/deliveries')
    return ok(app.deliveries.slice(0, Number(query.get('per_page') ?? 30)).map(deliveryJson));
  const [, id, ending] = /^\/app\/hook\/deliveries\/(\d+)(\/attempts)?$/.exec(path) ?? [];
  if (!id) return null;
  const delivery = app.deliveries.find(each => each.id === Number(id));
  if (!delivery) return refused(404, 'Not Found');
  if (!ending) return ok(wholeJson(app, delivery));
  if (method !== 'POST') return null;
  send(world, delivery.event, delivery, {});
  return { status: 202, body: {} };
}
