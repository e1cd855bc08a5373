/**
 * What an App asks GitHub in its own name: who it is, where it is installed, what its webhook is told and how that went.
 * Sources: https://docs.github.com/rest/apps/apps and https://docs.github.com/rest/apps/webhooks
 */
import * as z from 'zod';
import { limits } from '#shared/limits.ts';
import { type App, appToken } from './app-token.ts';
import { ForgeError } from './errors.ts';
import { createCalls, type ForgePlace, type ForgeRequest } from './forge-call.ts';
import { splitName } from './full-name.ts';

const permissions = z.record(z.string(), z.string());
const account = z.object({ login: z.string().optional(), type: z.string().optional() });

const appAnswer = z.object({
  id: z.number().int(),
  slug: z.string().min(1),
  owner: account.nullable(),
  permissions,
  events: z.array(z.string()),
});
export type AppFacts = z.output<typeof appAnswer>;

const installationAnswer = z.object({
  id: z.number().int(),
  account: account.nullable(),
  html_url: z.string(),
  repository_selection: z.enum(['all', 'selected']),
  permissions,
  suspended_at: z.string().nullable(),
});
export type InstallationFacts = z.output<typeof installationAnswer>;

const hookAnswer = z.object({
  url: z.string().optional(),
  content_type: z.string().optional(),
  insecure_ssl: z.union([z.string(), z.number()]).optional(),
  secret: z.string().optional(),
});
export type HookFacts = z.output<typeof hookAnswer>;

const deliveryAnswer = z.object({
  id: z.number().int(),
  guid: z.string(),
  delivered_at: z.string(),
  redelivery: z.boolean(),
  duration: z.number(),
  status: z.string(),
  status_code: z.number().int(),
  event: z.string(),
});
export type DeliveryFacts = z.output<typeof deliveryAnswer>;

const answeredDelivery = z.object({ response: z.object({ payload: z.string().nullable() }) });

export type AppCalls = ReturnType<typeof openAppCalls>;

/** Makes no call yet. Every call throws `ForgeError`, or the signal's reason. */
export function openAppCalls(place: ForgePlace, app: Pick<App, 'id' | 'privateKey'>, signal?: AbortSignal) {
  const { call, unexpected } = createCalls(place);
  const now = place.now ?? Date.now;

  async function ask<Schema extends z.ZodType>(
    what: string,
    schema: Schema,
    make: ForgeRequest['make'],
  ): Promise<z.output<Schema>> {
    const answer = await call({ what, signal, make }, appToken(app, now()));
    const read = schema.safeParse(answer.data);
    if (!read.success) throw unexpected(what, answer, 'the answer is not what was asked for');
    return read.data;
  }

  return {
    about: () =>
      ask('question for the App', appAnswer, (octokit, request) => octokit.request('GET /app', { request })),
    /** The first hundred: an App of one's own is installed on a few accounts. */
    installations: () =>
      ask('list of installations', z.array(installationAnswer), (octokit, request) =>
        octokit.request('GET /app/installations', { per_page: limits.forgePageSize, request }),
      ),
    /** Null where it is not installed. */
    installationOf: (fullName: string) =>
      unlessAbsent(
        ask(`question where the App is installed for ${fullName}`, installationAnswer, (octokit, request) =>
          octokit.request('GET /repos/{owner}/{repo}/installation', { ...splitName(fullName), request }),
        ),
      ),
    /** Null for an App without a webhook. */
    hook: () =>
      unlessAbsent(
        ask("question for the App's webhook", hookAnswer, (octokit, request) =>
          octokit.request('GET /app/hook/config', { request }),
        ),
      ),
    setHookSecret: (secret: string) =>
      ask("change of the webhook's secret", hookAnswer, (octokit, request) =>
        octokit.request('PATCH /app/hook/config', { secret, request }),
      ),
    /** Newest first. */
    deliveries: () =>
      ask('list of deliveries', z.array(deliveryAnswer), (octokit, request) =>
        octokit.request('GET /app/hook/deliveries', { per_page: limits.forgePageSize, request }),
      ),
    /** What was answered to one; null when nothing was. */
    answerTo: async (id: number) =>
      (
        await ask(`question for delivery ${id}`, answeredDelivery, (octokit, request) =>
          octokit.request('GET /app/hook/deliveries/{delivery_id}', { delivery_id: id, request }),
        )
      ).response.payload,
    redeliver: (id: number) =>
      ask(`redelivery of ${id}`, z.unknown(), (octokit, request) =>
        octokit.request('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id, request }),
      ),
  };
}

async function unlessAbsent<Facts>(asked: Promise<Facts>): Promise<Facts | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not-found') return null;
    throw error;
  }
}
