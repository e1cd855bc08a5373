/** Who somebody is and what they may; secrets, logs and what hangs on them. */
import type { Refusal } from './refusal.ts';

const makeToken = 'an administrator makes one with: paddock token create';

export const peopleRefusals = {
  'not-signed-in': {
    status: 401,
    means: 'this needs somebody who is known',
    todo: 'use the CLI on the coordinator, or sign in with: paddock open',
  },
  'not-allowed': { status: 403, means: 'this is not for whoever asks', todo: 'ask somebody who may' },
  'missing-permission': {
    status: 403,
    means: 'whoever asks is known, and has not the role that this needs',
    todo: 'an administrator can give it: paddock people grant',
  },
  'used-link': {
    status: 401,
    means: 'the sign-in link has been used or has expired',
    todo: 'make a new one: paddock open',
  },
  'wrong-token': { status: 401, means: 'the token is not known here', todo: makeToken },
  'expired-token': { status: 401, means: 'the token has expired', todo: makeToken },
  'revoked-token': { status: 401, means: 'the token was revoked', todo: makeToken },
  'not-begun-here': {
    status: 403,
    means: 'signing in with GitHub was not begun in this browser, or is too long ago',
    todo: 'begin again, and finish within ten minutes: /sign-in',
  },
  'not-by-forge': {
    status: 403,
    means: 'GitHub did not say who somebody is',
    todo: 'begin again: /sign-in',
  },
  'forge-unavailable': {
    status: 503,
    means: 'GitHub does not answer',
    todo: 'begin again in a while: /sign-in',
  },
  'too-many-sign-ins': {
    status: 503,
    means: 'too many sign in at once',
    todo: 'load this page again in a moment',
  },
  'not-by-token': {
    status: 403,
    means: 'tokens are made by somebody who is signed in, and not by another token',
    todo: 'sign in, or use the CLI on the coordinator',
  },
  'not-by-link': {
    status: 403,
    means: 'whoever came by a one-time link is nobody by name, and has no personal tokens',
    todo: 'paddock token create NAME --program',
  },
  'beyond-maker': {
    status: 403,
    means: 'a token cannot do more than whoever makes it',
    todo: 'ask for less, or have an administrator make it',
  },
  'too-many-tokens': { status: 409, means: 'there are too many tokens', todo: 'paddock token list --all' },
  'too-many-grants': { status: 409, means: 'there are too many roles', todo: 'paddock people list' },
  'secret-refused': {
    status: 422,
    means: 'a secret cannot be kept as it was sent; the answer says why and never what',
    todo: 'docs/secrets.md',
  },
  'unknown-secret': { status: 404, means: 'there is no such secret', todo: 'paddock secret list' },
  'secret-key-missing': {
    status: 409,
    means: 'the root key that secrets hang on is not here',
    todo: 'paddock secret list',
  },
  'secret-key-unusable': {
    status: 409,
    means: 'the root key of the configuration is none',
    todo: 'paddock secret list',
  },
  'secret-key-unavailable': {
    status: 503,
    means: 'the key service does not answer',
    todo: 'it may pass; try again',
  },
  'secret-damaged': {
    status: 409,
    means: 'a secret was changed by something that is not Paddock',
    todo: 'set it again: paddock secret set',
  },
  'too-many-viewers': { status: 503, means: 'too many follow this log already', todo: 'try again later' },
  'too-many-searches': { status: 503, means: 'too many searches wait already', todo: 'try again' },
  'unknown-log': {
    status: 404,
    means: 'there is no such log: no such attempt, or another coordinator keeps it',
    todo: 'run the job again to have one',
  },
  'log-removed': {
    status: 410,
    means: 'the log was kept as long as logs are, and is removed',
    todo: 'run the job again to have one, or keep runs that you want to read later: paddock keep',
  },
  'artifact-removed': {
    status: 410,
    means: 'the artifact was kept as long as artifacts are, and is removed',
    todo: 'run the job again to have it again, or keep runs whose files you want later: paddock keep',
  },
  missing: {
    status: 410,
    means: 'the bytes are gone, though nothing here has removed them',
    todo: 'run the job again to have it again',
  },
  'not-the-brain': {
    status: 503,
    means: 'another coordinator has taken over',
    todo: 'ask again; another coordinator has taken over',
  },
  'stale-row': {
    status: 503,
    means: 'somebody changed the same thing just now',
    todo: 'ask again; somebody changed the same thing just now',
  },
} as const satisfies Record<string, Refusal>;

/** The coordinator's own troubles. What they say by themselves names folders and addresses, and is for its log. */
export const troubleRefusals = {
  'disk-full': { status: 503, means: 'a disk is full', todo: 'an administrator has to free some space' },
  'not-writable': {
    status: 503,
    means: 'the data directory cannot be written',
    todo: 'an administrator has to look at the data directory',
  },
  'disk-failed': {
    status: 503,
    means: 'a disk failed',
    todo: 'an administrator has to look at the disk',
  },
  damaged: {
    status: 503,
    means: 'something that is stored is damaged',
    todo: 'an administrator has to look at the log of the coordinator',
  },
  'login-refused': {
    status: 503,
    means: 'the database or the bus refuses the coordinator',
    todo: 'an administrator has to look at the configuration',
  },
  'bundle-failed': {
    status: 503,
    means: 'the pages could not be built',
    todo: 'an administrator has to build the web app again: npm run bundle',
  },
  unreachable: {
    status: 503,
    means: 'what the coordinator needs cannot be reached',
    todo: 'it passes by itself; try again',
  },
  locked: { status: 503, means: 'the database is busy', todo: 'it passes by itself; try again' },
} as const satisfies Record<string, Refusal>;
