/** What an App has to be allowed and to be told, and what does not work without it. The one place that says so. */

export type Need = {
  /** As GitHub's pages call it. */
  title: string;
  what: string;
  /** What happens where it is missing. */
  without: string;
  /** Whether nothing can be tested without it. */
  isVital: boolean;
};

/** With each token that of it is asked for that was granted. */
export const appPermissions = {
  metadata: {
    level: 'read',
    title: 'Metadata',
    what: 'to see which repositories there are',
    without: 'no repository is seen',
    isVital: true,
  },
  contents: {
    level: 'write',
    title: 'Contents',
    what: 'to fetch commits of private repositories, to hear of pushes, and to merge',
    without: 'private repositories cannot be fetched, pushes are not heard of, and nothing is merged',
    isVital: false,
  },
  statuses: {
    level: 'write',
    title: 'Commit statuses',
    what: 'to show a status for each job',
    without: 'no status is shown beside a commit, and branch protection waits for ever',
    isVital: true,
  },
  checks: {
    level: 'write',
    title: 'Checks',
    what: 'to show one check for each run, with its summary and buttons',
    without: 'there is no check with summary, annotations and "Re-run"',
    isVital: false,
  },
  pull_requests: {
    level: 'write',
    title: 'Pull requests',
    what: 'to read pull requests, to comment on them and to react to comments',
    without: 'pull requests are not tested, and comments not answered',
    isVital: true,
  },
  issues: {
    level: 'read',
    title: 'Issues',
    what: 'to hear of comments: for GitHub a comment on a pull request is one on an issue',
    without: '`/paddock …` in a comment does nothing',
    isVital: false,
  },
  merge_queues: {
    level: 'read',
    title: 'Merge queues',
    what: "to test what GitHub's own merge queue makes",
    without: "GitHub's own merge queue waits for checks that never come",
    isVital: false,
  },
} as const satisfies Record<string, Need & { level: 'read' | 'write' }>;

/** Asked for where people sign in. Of organizations only: the account of a person has nothing of the kind. */
export const signInPermissions = {
  members: {
    level: 'read',
    title: 'Members',
    what: 'where people sign in, to hear at once who has left a team, a repository or the organization',
    without: 'a role that was taken away on GitHub may count here for up to an hour',
    isVital: false,
  },
} as const satisfies Record<string, Need & { level: 'read' | 'write' }>;

/**
 * Not asked for, and used where an account has granted it: what a merge needs that changes GitHub's own workflows.
 */
const extraPermissions = { workflows: { level: 'write' } } as const;

export type PermissionName = keyof typeof appPermissions;

/**
 * What an App, or a webhook of a repository, has to be told of. An App may hear only of what it may read.
 * Source: https://docs.github.com/webhooks/webhook-events-and-payloads
 */
export const appEvents = {
  pull_request: {
    permission: 'pull_requests',
    title: 'Pull requests',
    what: 'to test what is proposed',
    without: 'a pull request is found minutes late, and one of a known author waits for approval',
    isVital: false,
  },
  push: {
    permission: 'contents',
    title: 'Pushes',
    what: 'to test what has landed',
    without: 'what lands is found minutes late, and of several pushes only the last',
    isVital: false,
  },
  issue_comment: {
    permission: 'issues',
    title: 'Issue comments',
    what: 'to hear of commands in comments',
    without: '`/paddock …` in a comment does nothing',
    isVital: false,
  },
  pull_request_review: {
    permission: 'pull_requests',
    title: 'Pull request reviews',
    what: 'to merge when a review approves',
    without: 'a merge that waits for a review goes on minutes late',
    isVital: false,
  },
  check_run: {
    permission: 'checks',
    title: 'Check runs',
    what: 'to hear of "Re-run" and of the buttons "Approve" and "Retry failed"',
    without: '"Re-run" and the buttons of a check do nothing',
    isVital: false,
  },
  check_suite: {
    permission: 'checks',
    title: 'Check suites',
    what: 'to hear of "Re-run all checks"',
    without: '"Re-run all checks" does nothing',
    isVital: false,
  },
  merge_group: {
    permission: 'merge_queues',
    title: 'Merge groups',
    what: "to test what GitHub's own merge queue makes",
    without: "GitHub's own merge queue waits for checks that never come",
    isVital: false,
  },
} as const satisfies Record<string, Need & { permission: PermissionName }>;

export type EventName = keyof typeof appEvents;

const aboutRoles = {
  what: 'where people sign in, to end at once what somebody may not any more',
  without: 'a role that was taken away on GitHub may count here for up to an hour',
  isVital: false,
} as const;

/** The same where people sign in. */
export const signInEvents = {
  member: { permission: 'members', title: 'Members', ...aboutRoles },
  membership: { permission: 'members', title: 'Memberships', ...aboutRoles },
  organization: { permission: 'members', title: 'Organizations', ...aboutRoles },
  team: { permission: 'members', title: 'Teams', ...aboutRoles },
  repository: {
    ...{ permission: 'metadata', title: 'Repositories', isVital: false },
    what: 'to hide at once what is made private',
    without: 'a repository that is made private is hidden with the next push or pull request',
  },
} as const satisfies Record<string, Need & { permission: PermissionName | keyof typeof signInPermissions }>;

export type Permissions = Record<string, string>;

/** What of that was granted: asking for more is refused as a whole. */
export const grantedOf = (granted: Permissions): Permissions =>
  Object.fromEntries(
    Object.entries({ ...appPermissions, ...signInPermissions, ...extraPermissions }).flatMap(
      ([name, { level }]) => {
        const has = granted[name];
        if (has === undefined) return [];
        return [[name, level === 'write' && has === 'read' ? 'read' : level]];
      },
    ),
  );

/** What of that was not granted, or not enough of it. */
export const missingPermissions = (granted: Permissions): PermissionName[] =>
  (Object.keys(appPermissions) as PermissionName[]).filter(name => {
    const has = granted[name];
    return has !== 'write' && has !== 'admin' && has !== appPermissions[name].level;
  });

/** What of that is not told of. A hook may be told of everything, as `*`. */
export const missingEvents = (events: readonly string[]): EventName[] =>
  events.includes('*') ? [] : (Object.keys(appEvents) as EventName[]).filter(name => !events.includes(name));

/** Of what signing in wants to be told of. */
export const missingSignInEvents = (events: readonly string[]): (keyof typeof signInEvents)[] =>
  events.includes('*')
    ? []
    : (Object.keys(signInEvents) as (keyof typeof signInEvents)[]).filter(name => !events.includes(name));
