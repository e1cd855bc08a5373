/** GitHub's JSON of the App; the stand-in has at most one. */
import { accountJson, isoTime, type Links, nodeId } from './account-json.ts';
import type { AppRecord } from './records.ts';

type Facts = Pick<AppRecord, 'id' | 'slug' | 'name' | 'owner' | 'permissions' | 'events'>;
const unnamed: Facts = {
  id: 1,
  slug: 'paddock',
  name: 'Paddock',
  owner: { login: 'paddock', type: 'User' },
  permissions: {},
  events: [],
};

export const appJson = (
  links: Links,
  { id, slug, name, owner, permissions, events }: Facts = unnamed,
): Record<string, unknown> => ({
  id,
  node_id: nodeId('Integration', id),
  slug,
  owner: { ...accountJson(links, owner.login), type: owner.type },
  name,
  description: null,
  external_url: links.html,
  html_url: `${links.html}/apps/${slug}`,
  created_at: isoTime(0),
  updated_at: isoTime(0),
  permissions,
  events,
});
