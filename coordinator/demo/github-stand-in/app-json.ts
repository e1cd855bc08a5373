/** GitHub's JSON of the App; the stand-in has at most one. */
import { accountJson, isoTime, type Links, nodeId } from './account-json.ts';

type Facts = { id: number; slug: string; permissions: Record<string, string> };
const unnamed: Facts = { id: 1, slug: 'paddock', permissions: {} };

export const appJson = (
  links: Links,
  { id, slug, permissions }: Facts = unnamed,
): Record<string, unknown> => ({
  id,
  node_id: nodeId('Integration', id),
  slug,
  owner: accountJson(links, 'paddock'),
  name: 'Paddock',
  description: null,
  external_url: links.html,
  html_url: `${links.html}/apps/${slug}`,
  created_at: isoTime(0),
  updated_at: isoTime(0),
  permissions,
  events: [],
});
