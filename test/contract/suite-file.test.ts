import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { limits } from '#shared/limits.ts';
import { suiteFile } from '#shared/suite-file.ts';

const minimal = { version: 1, suites: { unit: { steps: ['npm test'] } } };
const withSuite = (suite: object) => ({ version: 1, suites: { unit: { steps: ['true'], ...suite } } });
const withStep = (step: unknown) => ({ version: 1, suites: { unit: { steps: [step] } } });
/** By name, with what they need. */
const withSuites = (needs: Record<string, string[]>) => ({
  version: 1,
  suites: Object.fromEntries(
    Object.entries(needs).map(([name, each]) => [
      name,
      { steps: ['true'], ...(each.length > 0 ? { needs: each } : {}) },
    ]),
  ),
});
const withMerge = (job: object) => ({ ...minimal, 'on-merge': { build: { steps: ['make'], ...job } } });

test('a step may be a bare command', () => {
  expect(suiteFile.parse(minimal).suites.unit?.steps).toEqual([{ run: 'npm test' }]);
});

test('durations become milliseconds and values of the environment become text', () => {
  const parsed = suiteFile.parse({
    version: 1,
    suites: {
      unit: {
        timeout: '2h',
        env: { CI: true, JOBS: 4 },
        steps: [{ name: 'test', run: ' npm test ', timeout: '10m', 'idle-timeout': '90s', directory: 'web' }],
      },
    },
  });
  expect(parsed.suites.unit).toEqual({
    timeout: 7_200_000,
    env: { CI: 'true', JOBS: '4' },
    steps: [{ name: 'test', run: 'npm test', timeout: 600_000, 'idle-timeout': 90_000, directory: 'web' }],
  });
});

test('suites may need each other by any way that leads back to none of them', () => {
  const diamond = { unit: [], lint: [], api: ['unit', 'lint'], web: ['unit'], e2e: ['api', 'web', 'unit'] };
  expect(issuesOf(withSuites(diamond))).toEqual([]);
});

test('each circle is told once', () => {
  expect(issuesOf(withSuites({ a: ['b'], b: ['a'], c: ['d'], d: ['c', 'a'] }))).toEqual([
    'suites.b.needs.0: a needs b, which needs a: none of them could ever begin',
    'suites.d.needs.0: c needs d, which needs c: none of them could ever begin',
  ]);
});

test('a job on merge names needs, images, kind and artifacts', () => {
  const job = { needs: ['unit'], images: ['debian-12'], kind: 'once', artifacts: ['dist/*'] };
  expect(suiteFile.parse(withMerge(job))['on-merge']?.build).toMatchObject(job);
});

test('reports are patterns by their format', () => {
  const reports = { junit: ['reports/*.xml', '!reports/old.xml'], tap: ['*.tap'] };
  expect(suiteFile.parse(withSuite({ reports })).suites.unit).toMatchObject({ reports });
});

const issuesOf = (file: unknown): string[] => {
  const result = suiteFile.safeParse(file);
  return result.success ? [] : result.error.issues.flatMap(flatten);
};

/** Issues of a key or of a step, which is a string or an object, are a level deeper. */
const flatten = (issue: z.core.$ZodIssue): string[] => {
  const inner =
    issue.code === 'invalid_union' ? issue.errors.flat() : issue.code === 'invalid_key' ? issue.issues : [];
  const found = inner.length > 0 ? inner : [{ path: [], message: issue.message }];
  return found.map(({ path, message }) => `${[...issue.path, ...path].join('.')}: ${message}`);
};

describe('a mistake is refused, with its place', () => {
  const refused: [what: string, file: unknown, issue: RegExp][] = [
    ['no version', { suites: minimal.suites }, /^version: expected `version: 1`$/],
    ['another version', { ...minimal, version: 2 }, /^version: expected `version: 1`$/],
    ['no suite', { version: 1, suites: {} }, /^suites: expected at least one suite$/],
    ['a suite without steps', withSuite({ steps: [] }), /^suites\.unit\.steps: expected at least one step$/],
    ['an empty command', withStep('  '), /^suites\.unit\.steps\.0: a step needs a command$/],
    [
      'a name that is no slug',
      { version: 1, suites: { 'My Suite': { steps: ['true'] } } },
      /^suites\.My Suite: .*lower-case letters/,
    ],
    ['an unknown key of the file', { ...minimal, suits: {} }, /Unrecognized key: "suits"/],
    ['an unknown key of a suite', withSuite({ step: [] }), /^suites\.unit: Unrecognized key: "step"$/],
    ['an unknown key of a step', withStep({ run: 'true', if: 'x' }), /steps\.0: Unrecognized key: "if"$/],
    ['a number for a duration', withSuite({ timeout: 60 }), /^suites\.unit\.timeout: .*expected string/],
    ['a duration in words', withSuite({ timeout: 'ten minutes' }), /expected a duration such as 90s/],
    ['a duration of nothing', withSuite({ timeout: '0s' }), /longer than 0/],
    [
      'a timeout beyond that of any job',
      withSuite({ timeout: '7h' }),
      /^suites\.unit\.timeout: .*at most 6h/,
    ],
    ['the same for a step', withStep({ run: 'true', 'idle-timeout': '7h' }), /idle-timeout: .*at most 6h/],
    ['a bad variable name', withSuite({ env: { 'A-B': '1' } }), /name of an environment variable/],
    ['a directory outside', withStep({ run: 'true', directory: 'a/../../b' }), /inside the checkout/],
    ['an absolute directory', withStep({ run: 'true', directory: '/etc' }), /inside the checkout/],
    ['an artifact outside', withMerge({ artifacts: ['../secret'] }), /inside the checkout/],
    [
      'a report outside',
      withSuite({ reports: { junit: ['../a.xml'] } }),
      /reports\.junit\.0: .*inside the checkout/,
    ],
    [
      'reports of no format',
      withSuite({ reports: {} }),
      /^suites\.unit\.reports: expected `junit` or `tap`$/,
    ],
    [
      'a report for people',
      withSuite({ reports: { junit: ['a.xml'], html: { coverage: 'coverage/' } } }),
      /^suites\.unit\.reports\.html: `html` does not work in this version of Paddock; an on-merge job/,
    ],
    ['too many steps', withSuite({ steps: Array(limits.stepsPerSuite + 1).fill('true') }), /steps: Too big/],
    ['a step that is too long', withStep('x'.repeat(limits.stepBytes + 1)), /steps\.0: Too big/],
    [
      'an unknown need',
      withMerge({ needs: ['unit', 'e2e'] }),
      /^on-merge\.build\.needs\.1: there is no suite called e2e$/,
    ],
    [
      'a need with the name of a property',
      withMerge({ needs: ['constructor'] }),
      /no suite called constructor/,
    ],
    [
      'one name twice',
      { ...minimal, 'on-merge': { unit: { steps: ['make'] } } },
      /^on-merge\.unit: a suite is called unit too/,
    ],
    [
      'what is made on merge, as a need',
      { ...minimal, 'on-merge': { build: { steps: ['a'] }, ship: { steps: ['b'], needs: ['build'] } } },
      /^on-merge\.ship\.needs\.0: build is made on merge, after the suites; only a suite can be needed$/,
    ],
    [
      'a need of a suite, misspelt',
      withSuites({ unit: [], e2e: ['uint'] }),
      /^suites\.e2e\.needs\.0: there is no suite called uint; did you mean `unit`\?$/,
    ],
    [
      'a suite that needs itself',
      withSuites({ unit: ['unit'] }),
      /^suites\.unit\.needs\.0: unit cannot need itself$/,
    ],
    [
      'suites that need each other',
      withSuites({ lint: [], a: ['lint', 'b'], b: ['c'], c: ['lint', 'a'] }),
      /^suites\.c\.needs\.1: a needs b, which needs c, which needs a: none of them could ever begin$/,
    ],
    ['an unknown kind', withMerge({ kind: 'twice' }), /^on-merge\.build\.kind: /],
  ];

  test.each(refused)('%s', (_, file, issue) => {
    expect(issuesOf(file)).toContainEqual(expect.stringMatching(issue));
  });

  test('too many suites', () => {
    const suites = Object.fromEntries(
      Array.from({ length: limits.suitesPerFile + 1 }, (_, i) => [`s${i}`, { steps: ['true'] }]),
    );
    expect(issuesOf({ version: 1, suites })).toEqual([
      `suites: expected at most ${limits.suitesPerFile} suites`,
    ]);
  });
});

describe('when a suite runs', () => {
  test('is said by patterns of files and branches, and by what happens', () => {
    const scope = { paths: ['src/**', '!src/*.md'], on: ['change'], branches: ['main', 'release/*'] };
    expect(issuesOf(withSuite(scope))).toEqual([]);
    expect(issuesOf(withMerge({ paths: ['docs'], branches: ['!main'] }))).toEqual([]);
  });

  test.each([
    ['an empty list', { paths: [] }],
    ['a path from the root', { paths: ['/src'] }],
    ['a way out', { paths: ['../src'] }],
    ['this directory', { paths: ['./src'] }],
    ['two slashes', { paths: ['src//a'] }],
    ['stars among letters', { paths: ['src/a**'] }],
    ['braces', { paths: ['src/{a,b}'] }],
    ['brackets', { paths: ['src/[ab]'] }],
    ['nothing to take away', { paths: ['!'] }],
    ['twice taken away', { paths: ['!!src'] }],
    ['too long', { paths: ['a'.repeat(201)] }],
    ['too many', { paths: Array.from({ length: 51 }, () => 'src') }],
    ['another occasion', { on: ['push'] }],
    ['a branch that no branch can be', { branches: ['a//b'] }],
  ])('%s is refused: nothing could ever match it, or it means something else', (_, scope) => {
    expect(issuesOf(withSuite(scope))).not.toEqual([]);
  });

  test('what is built on merge has no other occasion', () => {
    expect(issuesOf(withMerge({ on: ['landed'] }))).toHaveLength(1);
  });
});

describe('caches', () => {
  const cache = { prefix: 'npm', files: ['package-lock.json'], path: '~/.npm' };

  test.each(['~/.npm', 'node_modules', 'web/node_modules/', '~/.cargo/registry'])('%s may be kept', path => {
    expect(issuesOf(withSuite({ caches: [{ ...cache, path }] }))).toEqual([]);
  });

  test.each(['/etc', '~', '~/', '', '.', '~/../other', 'a/../../b', 'C:/x', 'a\\b', '~//.npm'])(
    'the path %j is refused',
    path => {
      expect(issuesOf(withSuite({ caches: [{ ...cache, path }] }))).toEqual([
        expect.stringMatching(/^suites\.unit\.caches\.0\.path: expected a directory inside/),
      ]);
    },
  );

  test('a key needs a file of the commit, and two caches cannot have one name', () => {
    expect(issuesOf(withSuite({ caches: [{ ...cache, files: [] }] }))).toHaveLength(1);
    expect(issuesOf(withSuite({ caches: [{ ...cache, files: ['../secret'] }] }))).toHaveLength(1);
    expect(issuesOf(withSuite({ caches: [cache, cache] }))).toEqual([
      'suites.unit.caches: two caches have the same prefix',
    ]);
  });
});

describe('a key of a later version is refused by name, never ignored', () => {
  test.each(['services', 'artifacts'])('%s of a suite', key => {
    expect(issuesOf(withSuite({ [key]: [] }))).toEqual([
      `suites.unit.${key}: \`${key}\` does not work in this version of Paddock; remove it`,
    ]);
  });

  test.each(['services'])('%s of a job on merge', key => {
    expect(issuesOf(withMerge({ [key]: [] }))).toEqual([expect.stringContaining('remove it')]);
  });

  test('stages', () => {
    expect(issuesOf({ ...minimal, stages: {} })).toEqual([expect.stringMatching(/^stages: .*remove it$/)]);
  });
});

test('a job on merge may be called like a property of every object', () => {
  const file = { ...minimal, 'on-merge': { constructor: { steps: ['make'] } } };
  expect(issuesOf(file)).toEqual([]);
});
