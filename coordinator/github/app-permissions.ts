/** What an App has to be allowed, and what for: with each token that of it is asked for that was granted. */
const appPermissions = {
  metadata: { level: 'read', what: 'to see which repositories there are' },
  contents: { level: 'write', what: 'to fetch commits of private repositories, and to merge' },
  statuses: { level: 'write', what: 'to show a status for each job' },
  checks: { level: 'write', what: 'to show one check for each run, with its summary and buttons' },
  pull_requests: {
    level: 'write',
    what: 'to read pull requests, to comment on them and to react to comments',
  },
  merge_queues: { level: 'read', what: "to test what GitHub's own merge queue makes" },
} as const satisfies Record<string, { level: 'read' | 'write'; what: string }>;

export type Permissions = Record<string, string>;

/** What of that was granted: asking for more is refused as a whole. */
export const grantedOf = (granted: Permissions): Permissions =>
  Object.fromEntries(
    Object.entries(appPermissions).flatMap(([name, { level }]) => {
      const has = granted[name];
      if (has === undefined) return [];
      return [[name, level === 'write' && has === 'read' ? 'read' : level]];
    }),
  );
