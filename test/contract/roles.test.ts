import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allRights,
  grantedRole,
  isAdministrator,
  isAtLeast,
  isWithin,
  mayAnywhere,
  mayIn,
  noRights,
  permissionNames,
  permissions,
  type Rights,
  repositoryPattern,
  roleIn,
  roleOfGithub,
  roles,
} from '#shared/roles.ts';

const granted = (grants: Record<string, string>, forge: Rights['forge'] = {}): Rights => ({
  grants: Object.entries(grants).map(([pattern, role]) => ({ pattern, role: grantedRole.parse(role) })),
  forge,
  ceiling: null,
});
const secret = (fullName: string) => ({ fullName, isPrivate: true });

describe('the role in a repository', () => {
  test.each([
    ['nothing was granted', granted({}), null],
    ['everything', granted({ '*': 'viewer' }), 'viewer'],
    ['another owner', granted({ 'other/*': 'admin' }), null],
    ['an owner whose name begins alike', granted({ 'acm/*': 'admin', 'acme-corp/*': 'admin' }), null],
    ['the owner in other letters', granted({ 'ACME/*': 'maintainer' }), 'maintainer'],
    ['one repository before its owner', granted({ 'acme/*': 'admin', 'acme/rocket': 'viewer' }), 'viewer'],
    ['the owner before everything', granted({ '*': 'admin', 'acme/*': 'none' }), null],
    ['the forge', granted({}, { 'acme/rocket': 'contributor' }), 'contributor'],
    ['what was granted before the forge', granted({ '*': 'viewer' }, { 'acme/rocket': 'admin' }), 'viewer'],
    ['none before the forge', granted({ 'acme/rocket': 'none' }, { 'acme/rocket': 'admin' }), null],
    ['the forge of another repository', granted({}, { 'acme/rockets': 'admin' }), null],
  ])('%s', (_, rights, role) => expect(roleIn(rights, 'acme/rocket')).toBe(role));

  test('runs that were started by hand belong to whom the repository belongs', () => {
    expect(roleIn(granted({ 'acme/rocket': 'viewer' }), 'acme/rocket (by hand)')).toBe('viewer');
    expect(roleIn(granted({ 'acme/rocket': 'viewer' }), 'acme/rocket by hand')).toBe(null);
  });

  test('names of what every object has are no roles', () => {
    for (const name of ['constructor', '__proto__', 'toString']) expect(roleIn(granted({}), name)).toBe(null);
  });
});

const anyRole = fc.constantFrom(...roles);
const anyPattern = fc.constantFrom('*', 'acme/*', 'acme/rocket', 'other/*', 'other/x');
const anyName = fc.constantFrom('acme/rocket', 'acme/other', 'other/x', 'rocket', 'third/y');
const anyRights: fc.Arbitrary<Rights> = fc.record({
  grants: fc.uniqueArray(
    fc.record({ pattern: anyPattern, role: fc.constantFrom('none' as const, ...roles) }),
    {
      selector: ({ pattern }) => pattern,
    },
  ),
  forge: fc.dictionary(fc.constantFrom('acme/rocket', 'other/x'), anyRole),
  ceiling: fc.constant(null),
});

describe('a token', () => {
  test('never can more than its maker, nor than it says, whatever both are', () =>
    fc.assert(
      fc.property(anyRights, anyPattern, anyRole, anyName, (maker, pattern, role, name) => {
        const token = { ...maker, ceiling: { pattern, role } };
        const bound = granted({ [pattern]: role });
        for (const permission of permissionNames) {
          if (!mayIn(token, permission, secret(name))) continue;
          expect(mayIn(maker, permission, secret(name))).toBe(true);
          expect(mayIn(bound, permission, secret(name))).toBe(true);
        }
      }),
    ));

  test('that is within what its maker has can all that it says', () =>
    fc.assert(
      fc.property(anyRights, anyPattern, anyRole, (maker, pattern, role) => {
        fc.pre(isWithin(maker, { pattern, role }));
        if (!pattern.includes('*')) {
          const found = roleIn({ ...maker, ceiling: { pattern, role } }, pattern);
          expect(found !== null && isAtLeast(found, role)).toBe(true);
        } else if (role === 'admin' && pattern === '*') expect(isAdministrator(maker)).toBe(true);
      }),
    ));

  test('of an owner is no administrator of the coordinator, whoever made it', () => {
    expect(isAdministrator({ ...allRights, ceiling: { pattern: 'acme/*', role: 'admin' } })).toBe(false);
    expect(isAdministrator({ ...allRights, ceiling: { pattern: '*', role: 'maintainer' } })).toBe(false);
    expect(isAdministrator({ ...allRights, ceiling: { pattern: '*', role: 'admin' } })).toBe(true);
    expect(isWithin(granted({ 'acme/rocket': 'admin' }), { pattern: 'acme/*', role: 'viewer' })).toBe(false);
  });
});

describe('what one may', () => {
  test('in some repository is never said to be nothing', () =>
    fc.assert(
      fc.property(anyRights, anyName, (rights, name) => {
        for (const permission of permissionNames)
          if (permission !== 'see' && mayIn(rights, permission, secret(name)))
            expect(mayAnywhere(rights, permission)).toBe(true);
      }),
    ));

  test('of the coordinator is for administrators of everything', () => {
    const admins = granted({ 'acme/*': 'admin' }, { 'acme/rocket': 'admin' });
    for (const permission of permissionNames.filter(name => permissions[name].of === 'coordinator')) {
      expect(mayIn(admins, permission, secret('acme/rocket'))).toBe(false);
      expect(mayAnywhere(admins, permission)).toBe(false);
      expect(mayIn(allRights, permission, secret('acme/rocket'))).toBe(true);
    }
  });

  test('a stranger sees what is public, and does nothing there', () => {
    const open = { fullName: 'acme/open', isPrivate: false };
    const may = permissionNames.filter(permission => mayIn(noRights, permission, open));
    expect(may).toEqual(['see']);
    expect(permissionNames.filter(permission => mayIn(noRights, permission, secret('acme/open')))).toEqual(
      [],
    );
  });
});

test.each(['*', 'acme/*', 'acme/rocket', 'rocket', 'Acme/rocket.js'])('%s is a pattern', text =>
  expect(repositoryPattern.safeParse(text).success).toBe(true),
);
test.each(['', '**', '*/rocket', 'acme/r*', 'a/b/c', 'acme/', '/x', 'acme rocket', 'a\nb'])(
  '%j is no pattern',
  text => expect(repositoryPattern.safeParse(text).success).toBe(false),
);

test('who may write at GitHub is a maintainer, as for commands in comments', () => {
  expect(roleOfGithub).toEqual({
    read: 'viewer',
    triage: 'contributor',
    write: 'maintainer',
    maintain: 'maintainer',
    admin: 'admin',
  });
});
