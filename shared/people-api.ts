/** People, sessions and tokens as HTTP and `--json` show them. */
import * as z from 'zod';
import { instant, personId, sessionId, tokenId } from './ids.ts';
import { limits } from './limits.ts';
import { grantedRole, repositoryPattern, role } from './roles.ts';

/** A name of a forge's account: one that could belong to nobody is a mistake in writing. */
export const login = z
  .string()
  .regex(/^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}(?:_[a-z\d]{1,10})?$/i, 'expected the name of an account');

export const tokenView = z.object({
  id: tokenId,
  name: z.string(),
  /** `personal`: its maker acts by it. `program`: the program that has the name. */
  kind: z.enum(['personal', 'program']),
  /** Null: the administrator of the coordinator. */
  maker: z.string().nullable(),
  role,
  pattern: z.string(),
  createdAt: instant,
  expiresAt: instant,
  /** Within minutes; null: never. */
  lastUsedAt: instant.nullable(),
  revokedAt: instant.nullable(),
});
export type TokenView = z.infer<typeof tokenView>;

const dayMs = 86_400_000;

/** `POST /api/v1/tokens`: of one's own. `POST /api/v1/tokens/programs`: of a program. */
export const createToken = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(limits.apiTokenNameChars)
    .regex(/^[^\p{C}]+$/u, 'expected text without control characters'),
  role,
  pattern: repositoryPattern,
  days: z
    .number()
    .int()
    .min(1)
    .max(limits.apiTokenMaxMs / dayMs)
    .default(limits.apiTokenMs / dayMs),
});

/** The only time that the token itself is shown. */
export const tokenMade = z.object({ token: z.string(), view: tokenView });
export type TokenMade = z.infer<typeof tokenMade>;

/** `all=1`: of everybody, for administrators. */
export const accessQuery = z.object({ all: z.enum(['0', '1']).default('0') });

export const browserSessionView = z.object({
  id: sessionId,
  /** Null: the administrator, by a one-time link. */
  login: z.string().nullable(),
  browser: z.string(),
  createdAt: instant,
  lastSeenAt: instant,
  expiresAt: instant,
  /** The one that asks. */
  isThis: z.boolean(),
});
export type BrowserSessionView = z.infer<typeof browserSessionView>;

/** `POST /api/v1/sessions/end`. */
export const endSessions = z.strictObject({ whose: z.enum(['mine', 'everybody']) });

export const personView = z.object({
  id: personId,
  login: z.string(),
  createdAt: instant,
  lastSeenAt: instant,
  /** What GitHub says of them, as far as that counts now; what was given by hand is stronger. */
  forge: z.array(z.object({ repository: z.string(), role, at: instant })),
});

export const grantView = z.object({
  login: z.string(),
  pattern: z.string(),
  role: grantedRole,
  by: z.string(),
  at: instant,
  /** Somebody of that name has signed in, and it is theirs. */
  isBound: z.boolean(),
});

export const peopleView = z.object({ people: z.array(personView), grants: z.array(grantView) });
export type PeopleView = z.infer<typeof peopleView>;

/** `POST /api/v1/people/grants`, in the place of what the name has for the pattern. */
export const grantRole = z.strictObject({ login, pattern: repositoryPattern, role: grantedRole });

/** `POST /api/v1/people/grants/revoke`. */
export const revokeRole = z.strictObject({ login, pattern: repositoryPattern });
