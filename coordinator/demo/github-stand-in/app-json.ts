/** GitHub's JSON of the App; the stand-in has exactly one. */
import { accountJson, isoTime, type Links, nodeId } from './account-json.ts';

export const appJson = (links: Links): Record<string, unknown> => ({
  id: 1,
  node_id: nodeId('Integration', 1),
  slug: 'paddock',
  owner: accountJson(links, 'paddock'),
  name: 'Paddock',
  description: null,
  external_url: links.html,
  html_url: `${links.html}/apps/paddock`,
  created_at: isoTime(0),
  updated_at: isoTime(0),
  permissions: {},
  events: [],
});
