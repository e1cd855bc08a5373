/** The webhooks of a repository, as its administrators see them. */
import { isoTime } from './account-json.ts';
import { ok } from './api-answer.ts';
import type { HookRecord, RepositoryRecord } from './records.ts';
import { apiUrlOf } from './repository-json.ts';
import type { Route } from './route.ts';
import { nextId, repositoryOf, type World } from './world.ts';

export type NewHook = { repository: string; url: string; events: string[] } & Partial<
  Omit<HookRecord, 'id' | 'url' | 'events'>
>;

export function addHook(world: World, { repository, url, events, ...more }: NewHook): void {
  repositoryOf(world, repository).hooks.push({
    id: nextId(world),
    url,
    events,
    contentType: 'json',
    insecureSsl: '0',
    hasSecret: true,
    isActive: true,
    lastCode: null,
    ...more,
  });
}

function hookJson(world: World, repository: RepositoryRecord, hook: HookRecord): Record<string, unknown> {
  const url = `${apiUrlOf(world.links, repository.fullName)}/hooks/${hook.id}`;
  const { lastCode } = hook;
  return {
    type: 'Repository',
    id: hook.id,
    name: 'web',
    active: hook.isActive,
    events: hook.events,
    config: {
      url: hook.url,
      content_type: hook.contentType,
      insecure_ssl: hook.insecureSsl,
      ...(hook.hasSecret ? { secret: '********' } : {}),
    },
    updated_at: isoTime(0),
    created_at: isoTime(0),
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response:
      lastCode === null
        ? { code: null, status: 'unused', message: null }
        : { code: lastCode, status: lastCode < 300 ? 'active' : 'invalid', message: 'HTTP' },
  };
}

export const repositoryHookRoutes: Route[] = [
  {
    method: 'GET',
    pattern: /^\/hooks$/,
    answer: ({ world, repository }) => ok(repository.hooks.map(hook => hookJson(world, repository, hook))),
  },
];
