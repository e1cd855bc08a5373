/** What an answer carries for the security of its reader, with what is another one each time left out. Pure. */

/** A header may come several times. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export type Answer = {
  name: string;
  /** As the routes call it: `/runs/:id`. */
  route: string;
  status: number;
  policy: string;
  /** Short, by the heads of the table's columns. */
  facts: Readonly<Record<string, string>>;
  cookies: readonly string[];
  /** What axe has against the page; null: it is none. */
  violations: readonly string[] | null;
};

const columns = {
  nosniff: 'x-content-type-options',
  referrer: 'referrer-policy',
  frame: 'x-frame-options',
  opener: 'cross-origin-opener-policy',
  resource: 'cross-origin-resource-policy',
  cache: 'cache-control',
  HSTS: 'strict-transport-security',
} as const;

export const columnNames = Object.keys(columns);

const one = (value: Headers[string]): string => [value ?? []].flat().join(', ');

export const answerOf = (
  facts: Pick<Answer, 'name' | 'route' | 'status' | 'violations'>,
  headers: Headers,
): Answer => ({
  ...facts,
  policy: one(headers['content-security-policy']).replace(/'nonce-[^']+'/, "'nonce-…'"),
  facts: Object.fromEntries(Object.entries(columns).map(([name, header]) => [name, one(headers[header])])),
  cookies: [headers['set-cookie'] ?? []]
    .flat()
    .flatMap(text => text.split('\n'))
    .map(cookieText),
});

/** Its name depends on the key of the coordinator, and its value is a secret. */
const cookieText = (cookie: string): string =>
  cookie
    .replace(/^((?:__Host-)?[a-z-]+)-[0-9a-f]{8}=[^;]+/, '$1-…=…')
    .replace(/^((?:__Host-)?[a-z-]+)-[0-9a-f]{8}=;/, '$1-…=;');
