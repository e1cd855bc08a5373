/** Text of the People page: roles and browsers. Of tokens: `tokens.ts`. */
import type { GrantedRole } from '#shared/roles.ts';
import { plural } from './numbers.ts';

const by = (name: string | null): string => name ?? 'the administrator';

export const people = {
  title: 'People',
  /** For whoever is no administrator. */
  own: 'Your access',
  ownHint: (name: string) =>
    `You are ${name}. What you may do, what acts for you, and where you are signed in.`,
  stranger: 'Sign in to see your roles, tokens and browsers',
  signIn: 'Sign in',
  administrator: by(null),

  roles: 'Roles',
  noRoles:
    'Nobody was given a role: administrators see private repositories, and whoever has a role in them on GitHub.',
  noOwnRoles:
    'You have no role: you see public repositories. An administrator gives one by the People page, or by',
  rolesHint:
    'A role is held for one repository, for all of an owner (acme/*), or for everything (*). The most exact one decides. Where none was given here, what GitHub says counts.',
  grant: "paddock people grant LOGIN maintainer 'acme/*'",
  givenBy: (name: string) => `given by ${name}`,
  given: 'given here, by hand',
  fromForge: 'GitHub says so, asked',
  fromForgeNow: 'GitHub says so',
  overridden: 'what was given by hand counts',
  unbound: 'has not signed in yet',
  signedIn: 'has signed in, and has no role',
  seen: 'seen',
  role: (role: GrantedRole) => (role === 'none' ? 'no role' : role),
  take: 'Take back',
  takeTitle: (login: string, pattern: string) => `Take back what ${login} was given in ${pattern}?`,
  takeBody: 'What GitHub says of them counts again. What they have open closes at once.',
  mayTitle: 'What each role may',
  may: 'may',

  give: 'Give a role',
  giveTo: (login: string, pattern: string) => `Another role for ${login} in ${pattern}`,
  change: 'Change',
  login: 'Name on GitHub',
  loginHint: 'It may be somebody who has not signed in yet.',
  pattern: 'Repositories',
  patternHint: 'acme/rocket, acme/* or *',
  roleLabel: 'Role',
  roleChoices: [
    ['viewer', 'viewer: sees private repositories'],
    ['contributor', 'contributor: also runs again and cancels'],
    ['maintainer', 'maintainer: also approves, merges, starts runs'],
    ['admin', 'admin: also makes tokens of programs; of * everything'],
  ] as const,
  noneChoice: ['none', 'no role: takes away what GitHub gives'] as const,

  sessions: 'Browsers that are signed in',
  noSessions: 'No browser is signed in.',
  sessionsHint: 'A link that signs one browser in, once:',
  open: 'paddock open',
  since: 'since',
  thisOne: 'this browser',
  end: 'Sign out',
  endTitle: (browser: string) => `Sign ${browser} out?`,
  endBody: 'What it has open closes at once. Whoever sits before it has to sign in again.',
  endMine: 'Sign out everywhere',
  endMineTitle: (n: number) => `Sign ${plural(n, 'browser', 'browsers')} of yours out?`,
  endMineBody: 'This one too. Tokens go on working; revoke those that you do not trust.',
  endAll: 'Sign everybody out',
  endAllTitle: 'Sign everybody out?',
  endAllBody: 'Every browser, this one too. The command line goes on working, and makes new links.',

  back: 'Leave it',
} as const;
