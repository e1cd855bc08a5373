import { expect, test } from 'vitest';
import { keptOf, parseConfig } from '#coordinator/config/config.ts';
import { maskConfig } from '#coordinator/config/mask-config.ts';
import { removedText } from '#shared/retention.ts';

const read = (text: string) => parseConfig({ file: 'paddock.yaml', text, directory: '/', env: {} });
const problemOf = (text: string) => read(text).then(() => '', String);

test('what is not said is usual', async () => {
  expect((await read('{}')).retention).toEqual({
    days: { logs: 90, artifacts: 30, deliveries: 30, tests: 90, history: 365 },
    maxBytes: null,
  });
});

test('each kind has its days, and a repository its own of logs and artifacts', async () => {
  const config = await read(`
retention: { logs: 7d, artifacts: never, deliveries: 1d, max-bytes: 2GiB }
repositories: [{ name: acme/*, retention: { logs: never } }, { name: acme/site, retention: { artifacts: 3d } }]
`);
  expect(config.retention).toMatchObject({
    days: { logs: 7, artifacts: null, deliveries: 1 },
    maxBytes: 2 * 1024 ** 3,
  });
  const both = (name: string) => [keptOf(config, name, 'logs'), keptOf(config, name, 'artifacts')];
  expect([both('acme/rocket'), both('ACME/site'), both('other/one')]).toEqual([
    [null, null],
    [7, 3],
    [7, null],
  ]);
  expect(JSON.stringify(maskConfig(config))).toContain('"maxBytes":2147483648');
});

test.each([
  ['retention:\n  logs: 90', 'paddock.yaml:2:3', 'expected days such as 90d, or never'],
  ['retention:\n  tests: 0d', 'paddock.yaml:2:10', 'expected 1d to 36500d, or never'],
  ['retention:\n  artifacts: 36501d', 'paddock.yaml:2:14', 'expected 1d to 36500d, or never'],
  ['retention:\n  max-bytes: 5', 'paddock.yaml:2:14', 'expected'],
  ['retention:\n  log: 5d', 'paddock.yaml:2:3', 'log'],
  ['repositories:\n  - name: a/b\n    retention: { tests: 5d }', 'paddock.yaml:3:18', 'tests'],
])('%j is refused where it stands', async (text, place, sentence) => {
  const problem = await problemOf(text);
  expect(problem).toContain(place);
  expect(problem).toContain(sentence);
});

test('people are told when something went and by which rule', () => {
  const day = 86_400_000;
  const facts = { bornAt: 0, removedAt: 91 * day };
  expect(removedText('log', { ...facts, kept: 90 })).toBe('removed on 1970-04-02, logs are kept 90 days');
  expect(removedText('artifact', { ...facts, kept: 1 })).toBe(
    'removed on 1970-04-02, artifacts are kept 1 day',
  );
  for (const kept of [100, null]) expect(removedText('log', { ...facts, kept })).toContain('to make room');
});
