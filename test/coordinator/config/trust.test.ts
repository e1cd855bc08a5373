import { describe, expect, test } from 'vitest';
import { parseConfig, repositoryConfig } from '#coordinator/config/config.ts';
import { maskConfig } from '#coordinator/config/mask-config.ts';

const read = (trust: string) =>
  parseConfig({
    file: 'paddock.yaml',
    text: `repositories: [{ name: acme/*, trust: ${trust} }, { name: acme/site }]`,
    directory: '/',
    env: {},
  });

const trustOf = async (trust: string, name = 'acme/rocket') =>
  repositoryConfig(await read(trust), name)?.trust;

const problemOf = async (trust: string) => {
  const error: unknown = await read(trust).then(
    () => null,
    reason => reason,
  );
  return String(error);
};

describe('whose forks run at once', () => {
  test('is said for the repositories of an entry, and is usual for the others', async () => {
    const usual = {
      authors: [],
      teams: [],
      associations: ['OWNER', 'MEMBER', 'COLLABORATOR'],
      'previously-merged': false,
    };
    const own = {
      authors: ['octocat'],
      teams: ['acme/core', 'acme/pilots'],
      associations: ['MEMBER'],
      'previously-merged': true,
    };
    const text =
      '{ authors: [octocat], teams: [acme/core, "@acme/pilots"], associations: [MEMBER], previously-merged: true }';
    expect(await trustOf(text)).toEqual(own);
    expect(await trustOf(text, 'acme/site')).toEqual(usual);
    expect(await trustOf('{ associations: [] }')).toEqual({ ...usual, associations: [] });
    expect(JSON.stringify(maskConfig(await read(text)))).toContain('"authors":["octocat"]');
  });

  test.each(['NONE', 'FIRST_TIMER', 'member', 'TEAM'])('cannot be whoever is a %s', async word => {
    expect(await problemOf(`{ associations: [${word}] }`)).toContain(
      'expected OWNER, MEMBER, COLLABORATOR or CONTRIBUTOR; anybody has one of the others',
    );
  });

  test.each([
    ['ghost', 'every account that was deleted is called ghost'],
    ['Ghost', 'every account that was deleted is called ghost'],
    ['"@octocat"', 'expected the login of an account'],
    ['"acme/team"', 'expected the login of an account'],
    ['"*"', 'expected the login of an account'],
    ['""', 'expected the login of an account'],
  ])('cannot be named %s', async (author, sentence) => {
    expect(await problemOf(`{ authors: [${author}] }`)).toContain(sentence);
  });

  test.each(['core', 'acme/', '/core', 'acme/Core Team', '"acme/core/x"', '"*/core"'])(
    'cannot be the team %s',
    async team => {
      expect(await problemOf(`{ teams: [${team}] }`)).toContain('expected a team as in acme/maintainers');
    },
  );

  test('includes bots by their names', async () => {
    expect((await trustOf('{ authors: ["dependabot[bot]"] }'))?.authors).toEqual(['dependabot[bot]']);
  });

  test('takes no key that it does not know', async () => {
    expect(await problemOf('{ people: [octocat] }')).toContain('people');
  });
});
