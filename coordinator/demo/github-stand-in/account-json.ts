/** GitHub's JSON of a user: the same account always has the same number. */
import { createHash } from 'node:crypto';

export type Links = {
  /** Where the API is, for example `http://127.0.0.1:4011`; no slash at the end. */
  api: string;
  /** Where people look at repositories. */
  html: string;
  /** Numbers of accounts whose name is not the one that they were made with. */
  renumbered?: Map<string, number>;
};

const endings: Record<string, string> = {
  followers_url: '/followers',
  following_url: '/following{/other_user}',
  gists_url: '/gists{/gist_id}',
  starred_url: '/starred{/owner}{/repo}',
  subscriptions_url: '/subscriptions',
  organizations_url: '/orgs',
  repos_url: '/repos',
  events_url: '/events{/privacy}',
  received_events_url: '/received_events',
};

/** A positive number that depends on nothing but the text. */
export const numberOf = (text: string): number =>
  createHash('sha256').update(text).digest().readUInt32BE(0) >>> 1;

export const accountId = ({ renumbered }: Links, login: string): number =>
  renumbered?.get(login.toLowerCase()) ?? numberOf(login);

/** GitHub's opaque global id of anything that has a kind and a number. */
export const nodeId = (kind: string, id: number): string => Buffer.from(`0:${kind}${id}`).toString('base64');

export function accountJson(links: Links, login: string): Record<string, unknown> {
  const id = accountId(links, login);
  const name = encodeURIComponent(login);
  const url = `${links.api}/users/${name}`;
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${links.html}/avatars/${name}`,
    gravatar_id: '',
    url,
    html_url: `${links.html}/${name}`,
    ...Object.fromEntries(Object.entries(endings).map(([field, ending]) => [field, url + ending])),
    type: login.endsWith('[bot]') ? 'Bot' : 'User',
    user_view_type: 'public',
    site_admin: false,
  };
}

/** Seconds are as fine as GitHub's times get. */
export const isoTime = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** What `GET /user` adds: the account as its owner sees it. */
export const userJson = (links: Links, login: string): Record<string, unknown> => ({
  ...accountJson(links, login),
  ...Object.fromEntries(
    ['name', 'company', 'location', 'email', 'hireable', 'bio'].map(field => [field, null]),
  ),
  blog: '',
  ...Object.fromEntries(['public_repos', 'public_gists', 'followers', 'following'].map(field => [field, 0])),
  created_at: isoTime(0),
  updated_at: isoTime(0),
});
