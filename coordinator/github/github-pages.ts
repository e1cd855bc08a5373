/** Where on GitHub things are made and mended, for people who follow a link. Pure. */

/** The pages that belong to an API: `https://api.github.com` serves github.com, an Enterprise server its own host. */
export function webOf(api: string): string {
  const { protocol, host } = new URL(api);
  return `${protocol}//${host.replace(/^api\.(?=github\.com$|[^.]+\.ghe\.com$)/, '')}`;
}

/** The API behind the pages of github.com, of an Enterprise server, or of an enterprise with data residency. */
export function apiOf(web: string): string {
  const { protocol, host } = new URL(web);
  if (host === 'github.com' || /^[^.]+\.ghe\.com$/.test(host)) return `${protocol}//api.${host}`;
  return `${protocol}//${host}/api/v3`;
}

const account = (organization: string | null): string =>
  organization === null ? 'settings' : `organizations/${encodeURIComponent(organization)}/settings`;

export const pages = {
  newApp: (web: string, organization: string | null): string => `${web}/${account(organization)}/apps/new`,
  app: (web: string, organization: string | null, slug: string): string =>
    `${web}/${account(organization)}/apps/${slug}`,
  permissions: (web: string, organization: string | null, slug: string): string =>
    `${pages.app(web, organization, slug)}/permissions`,
  install: (web: string, slug: string): string => `${web}/apps/${slug}/installations/new`,
  tokens: (web: string, isFineGrained: boolean): string =>
    `${web}/settings/${isFineGrained ? 'personal-access-tokens' : 'tokens'}`,
  hooks: (web: string, fullName: string): string => `${web}/${fullName}/settings/hooks`,
  people: (web: string, fullName: string): string => `${web}/${fullName}/settings/access`,
};
