/** All text of the People page. */
import type { GrantedRole } from '#shared/roles.ts';

const by = (name: string | null): string => name ?? 'the administrator';

export const people = {
  title: 'People',
  administrator: by(null),

  roles: 'Roles',
  noRoles: 'Nobody was given a role, so only administrators see private repositories. To give one, run',
  rolesHint:
    'A role is held for one repository, for all of an owner (acme/*), or for everything (*). The most exact one decides.',
  grant: "paddock people grant LOGIN maintainer 'acme/*'",
  givenBy: (name: string) => `given by ${name}`,
  unbound: 'has not signed in yet',
  signedIn: 'has signed in, and was given no role',
  seen: 'seen',
  role: (role: GrantedRole) => (role === 'none' ? 'no role' : role),
  take: 'Take back',
  takeTitle: (login: string, pattern: string) => `Take back what ${login} was given in ${pattern}?`,
  takeBody: 'What GitHub says of them counts again. What they have open closes at once.',

  tokens: 'Tokens',
  noTokens: 'There are no tokens. A program is given one by',
  tokensHint:
    'It is shown once, and is what the program sends as PADDOCK_TOKEN. Give it the least role that will do.',
  create: 'paddock token create NAME --program --role viewer --for acme/rocket',
  madeBy: (name: string | null) => `made by ${by(name)}`,
  ofProgram: 'of a program',
  ofPerson: 'of a person',
  expires: 'ends',
  expired: 'expired',
  revoked: 'revoked',
  used: 'used',
  neverUsed: 'never used',
  revoke: 'Revoke',
  revokeTitle: (name: string) => `Revoke the token ${name}?`,
  revokeBody:
    'It is refused from the next request on, and cannot be given back. Whatever uses it stops working.',

  sessions: 'Browsers that are signed in',
  noSessions: 'No browser is signed in.',
  sessionsHint: 'A link that signs one browser in, once:',
  open: 'paddock open',
  since: 'since',
  thisOne: 'this browser',
  end: 'Sign out',
  endTitle: (browser: string) => `Sign ${browser} out?`,
  endBody: 'What it has open closes at once. Whoever sits before it needs a new link.',
  endAll: 'Sign everybody out',
  endAllTitle: 'Sign everybody out?',
  endAllBody: 'Every browser, this one too. The command line goes on working, and makes new links.',

  back: 'Leave it',
} as const;
