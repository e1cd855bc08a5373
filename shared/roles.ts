/**
 * Who may do what, as data. A role is held in repositories that a pattern names; a permission asks for a role. Everything
 * here is pure: the coordinator decides by it, the pages show buttons by it, and the guide prints its table.
 */
import * as z from 'zod';

/** Each may what the ones before it may. */
export const roles = ['viewer', 'contributor', 'maintainer', 'admin'] as const;
export const role = z.enum(roles);
export type Role = z.infer<typeof role>;

/** What somebody can be given: `none` takes away what the forge would give. */
export const grantedRole = z.enum(['none', ...roles]);
export type GrantedRole = z.infer<typeof grantedRole>;

/** Everything, all repositories of an owner, or one repository. */
export const repositoryPattern = z
  .string()
  .max(200)
  .regex(
    /^(?:\*|[\w.-]+\/\*|[\w.-]+(?:\/[\w.-]+)?)$/,
    'expected *, acme/* or acme/rocket: everything, all of an owner, or one repository',
  );

/** `repository`: in the repository in question. `coordinator`: the role, or a greater one, has to be held for `*`. */
type Rule = { role: Role; of: 'repository' | 'coordinator'; what: string };

export const permissions = {
  see: {
    ...{ role: 'viewer', of: 'repository' },
    what: 'see a private repository: runs, logs, artifacts, tests, badges, caches, merges',
  },
  retry: { role: 'contributor', of: 'repository', what: 'run a run or a job again' },
  cancel: { role: 'contributor', of: 'repository', what: 'cancel a run or a job' },
  approve: { role: 'maintainer', of: 'repository', what: 'let the commit of a fork run' },
  merge: { role: 'maintainer', of: 'repository', what: 'ask for a merge, and take that back' },
  'drop-caches': { role: 'maintainer', of: 'repository', what: 'drop caches' },
  'start-runs': { role: 'maintainer', of: 'repository', what: 'start a run of a commit by hand' },
  'make-program-tokens': { role: 'admin', of: 'repository', what: 'make and revoke tokens of programs' },
  'see-metrics': {
    ...{ role: 'viewer', of: 'coordinator' },
    what: 'read the numbers of the coordinator (`/metrics`)',
  },
  'see-deliveries': { role: 'admin', of: 'coordinator', what: 'see the webhooks that came' },
  'see-system': { role: 'admin', of: 'coordinator', what: 'see how the coordinator stands' },
  fleet: { role: 'admin', of: 'coordinator', what: 'see and change hosts, pools and machines' },
  images: { role: 'admin', of: 'coordinator', what: 'see and change images' },
  secrets: { role: 'admin', of: 'coordinator', what: 'set and remove secrets, and see what became of them' },
  people: { role: 'admin', of: 'coordinator', what: 'see people, give roles, end sessions, revoke tokens' },
  audit: { role: 'admin', of: 'coordinator', what: 'see the audit log, and which credentials are in force' },
} as const satisfies Record<string, Rule>;

export type Permission = keyof typeof permissions;
export const permissionNames = Object.keys(permissions) as Permission[];

/** A role for the repositories of a pattern. */
export const roleGrant = z.object({ pattern: repositoryPattern, role: grantedRole });

/** What somebody may, as far as it is known: what was granted here, what the forge says, and a bound on both. */
export const rights = z.object({
  grants: z.array(roleGrant),
  /** By full name in small letters. */
  forge: z.record(z.string(), role),
  /** Of a token: never more than this. Null: no such bound. */
  ceiling: z.object({ pattern: repositoryPattern, role }).nullable(),
});
export type Rights = z.infer<typeof rights>;

export const noRights: Rights = { grants: [], forge: {}, ceiling: null };
export const allRights: Rights = { grants: [{ pattern: '*', role: 'admin' }], forge: {}, ceiling: null };

/** What a stranger sees too needs no role. */
export type Repositoryish = { fullName: string; isPrivate: boolean };

/** A run that was started by hand belongs to whom the repository belongs. */
const owned = (fullName: string): string => fullName.replace(/ \(by hand\)$/, '').toLowerCase();

function matches(pattern: string, fullName: string): boolean {
  const [wanted, name] = [pattern.toLowerCase(), owned(fullName)];
  if (wanted === '*') return true;
  return wanted.endsWith('/*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

/** One repository before all of an owner, and that before everything. */
const precisionOf = (pattern: string): number => (pattern === '*' ? 0 : pattern.endsWith('/*') ? 1 : 2);

/** Of what was granted, what counts in a repository: the most exact. Undefined: nothing was. */
export const grantFor = <Grant extends { pattern: string }>(
  grants: readonly Grant[],
  fullName: string,
): Grant | undefined =>
  grants
    .filter(({ pattern }) => matches(pattern, fullName))
    .toSorted((a, b) => precisionOf(b.pattern) - precisionOf(a.pattern))[0];

/**
 * The role in one repository; null: none. Of what was granted the most exact pattern decides, whatever the forge says; where
 * nothing was granted, the forge does.
 */
export function roleIn({ grants, forge, ceiling }: Rights, fullName: string): Role | null {
  if (ceiling && !matches(ceiling.pattern, fullName)) return null;
  const granted = grantFor(grants, fullName);
  const name = owned(fullName);
  const held = granted ? granted.role : Object.hasOwn(forge, name) ? forge[name] : undefined;
  if (held === undefined || held === 'none') return null;
  return ceiling ? lesser(held, ceiling.role) : held;
}

const lesser = (a: Role, b: Role): Role => (isAtLeast(a, b) ? b : a);

export const isAtLeast = (held: Role, asked: Role): boolean => roles.indexOf(held) >= roles.indexOf(asked);

/** Whoever has the role `admin` of everything. */
export const isAdministrator = (held: Rights): boolean => holdsEverywhere(held, 'admin');

/** Whether at least this role is held for `*`. */
function holdsEverywhere({ grants, ceiling }: Rights, asked: Role): boolean {
  if (ceiling && !(ceiling.pattern === '*' && isAtLeast(ceiling.role, asked))) return false;
  return grants.some(({ pattern, role }) => pattern === '*' && role !== 'none' && isAtLeast(role, asked));
}

/** Whether a permission is held in this repository. */
export function mayIn(held: Rights, permission: Permission, { fullName, isPrivate }: Repositoryish): boolean {
  const rule: Rule = permissions[permission];
  if (rule.of === 'coordinator') return holdsEverywhere(held, rule.role);
  if (permission === 'see' && !isPrivate) return true;
  const found = roleIn(held, fullName);
  return found !== null && isAtLeast(found, rule.role);
}

/** Whether there can be a repository in which it is held: who has it nowhere is refused before anything is looked up. */
export function mayAnywhere(held: Rights, permission: Permission): boolean {
  const rule: Rule = permissions[permission];
  if (rule.of === 'coordinator') return holdsEverywhere(held, rule.role);
  const isEnough = (found: GrantedRole) => found !== 'none' && isAtLeast(found, rule.role);
  if (held.ceiling && !isEnough(held.ceiling.role)) return false;
  return held.grants.some(({ role: found }) => isEnough(found)) || Object.values(held.forge).some(isEnough);
}

/** Whether a role for a pattern is within what is held: nobody makes a token that can more than they. */
export function isWithin(held: Rights, asked: { pattern: string; role: Role }): boolean {
  if (!asked.pattern.includes('*')) {
    const found = roleIn(held, asked.pattern);
    return found !== null && isAtLeast(found, asked.role);
  }
  if (isAdministrator(held)) return true;
  if (asked.pattern === '*') return false;
  if (held.ceiling && !isAtLeast(held.ceiling.role, asked.role)) return false;
  return held.grants.some(
    ({ pattern, role: found }) =>
      (pattern === '*' || pattern.toLowerCase() === asked.pattern.toLowerCase()) &&
      found !== 'none' &&
      isAtLeast(found, asked.role),
  );
}

/** What GitHub calls somebody in a repository, in our words. */
export const roleOfGithub = {
  read: 'viewer',
  triage: 'contributor',
  write: 'maintainer',
  maintain: 'maintainer',
  admin: 'admin',
} as const satisfies Record<string, Role>;

/** Private repositories that are seen besides the public ones, for a query; null: all of them. */
export type Sight<Id extends string = string> = readonly Id[] | null;
