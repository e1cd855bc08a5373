/** What `paddock token`, `people` and `sessions` say in words of their own, ready for translation. All functions are pure. */
import { examples } from './help-texts.ts';

export const peopleTexts = {
  hints: {
    tokens: 'paddock token list',
    sessions: 'paddock sessions list',
    people: 'paddock people list',
    grant: 'paddock people grant LOGIN ROLE PATTERN',
    create: 'paddock token create NAME --program',
    use: 'export PADDOCK_URL=… PADDOCK_TOKEN=…',
  },
  noTokens: 'there are no tokens',
  noSessions: 'nobody is signed in with a browser',
  nobody: 'nobody has signed in by name yet, and nobody was given a role',
  once: 'this is the only time that it is shown:',
  revoked: (name: string) => `${name} is revoked; it is refused from now on`,
  noSuchToken: (name: string) => `there is no token ${name} that is yours`,
  severalTokens: (name: string) => `there are several tokens called ${name}; say which by its id`,
  whichSession: 'say which session, or --all',
  badRole: (roles: string) => `expected one of ${roles}`,
  badDays: 'expected days, from 1 to 365',
  by: (by: string, age: string) => `given by ${by}, ${age}`,
  fromForge: (age: string) => `GitHub says so, asked ${age}`,
  unbound: 'has not signed in yet',
  seen: (age: string) => `seen ${age}`,
  never: 'never used',
  used: (age: string) => `used ${age}`,
  ago: (age: string) => (age === 'just now' ? age : `${age} ago`),
  administrator: 'the administrator',
  states: {
    revoked: 'revoked',
    expired: 'expired',
    lasts: (days: number) => (days === 1 ? 'for 1 day' : `for ${days} days`),
  },
  thisOne: 'this one',
} as const;

const roleList = 'viewer, contributor, maintainer or admin';

export const peopleHelpTexts = {
  token: {
    summary: 'tokens of programs and of your own',
    after: examples('paddock token create nightly --program --role contributor --for acme/rocket'),
    create: {
      summary: 'make a token, and show it once',
      text: 'Makes a token that a program shows as PADDOCK_TOKEN or as "Authorization: Bearer …". It can do what its role can in the repositories of its pattern, never more than whoever made it can at that moment, and it ends by itself. It is printed once, by itself on a line; only its hash is kept.',
      after: examples(
        'paddock token create nightly --program --role contributor --for acme/rocket --days 30',
        "paddock token create scraper --program --role viewer --for 'acme/*' > token; chmod 600 token",
      ),
    },
    name: 'how it shall be called, to know it again',
    program: 'a program acts by it, in the name that it is given; otherwise you do',
    role: `viewer (the default), ${roleList.replace('viewer, ', '')}`,
    pattern: "'*', 'acme/*' or acme/rocket",
    days: 'how long it lasts, at most 365 (90)',
    list: { summary: 'list your tokens, and what they can' },
    all: 'of everybody; for administrators',
    revoke: { summary: 'make a token void at once' },
    target: 'its id, or its name where only one has it',
  },
  people: {
    summary: 'who has which role',
    after: examples('paddock people grant octocat maintainer acme/rocket'),
    list: { summary: 'list who has signed in, and which roles were given' },
    grant: {
      summary: 'give somebody a role in repositories',
      text: `Gives the account of that name the role ${roleList} in the repositories of a pattern; none takes away what GitHub would give. The most exact pattern decides, and what is given here counts whatever GitHub says. It counts from the next request on.`,
      after: examples(
        'paddock people grant octocat maintainer acme/rocket',
        "paddock people grant octocat viewer 'acme/*'",
        "paddock people grant octocat admin '*'",
        'paddock people grant mallory none acme/secret',
      ),
    },
    revoke: { summary: 'take a role back that was given' },
    login: 'the name of an account',
    role: `${roleList}, or none`,
  },
  sessions: {
    summary: 'browsers that are signed in',
    list: { summary: 'list browsers that are signed in, and since when' },
    end: {
      summary: 'sign a browser out',
      text: 'Ends one session by its id, or with --all every one of everybody. What such a browser has open closes at once.',
      after: examples('paddock sessions end ses_01jd…', 'paddock sessions end --all'),
    },
    target: 'the id of a session',
    endAll: 'every session of everybody; for administrators',
  },
} as const;
