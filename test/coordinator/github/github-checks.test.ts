import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CheckAnnotation, CheckPost } from '#coordinator/github/forge-checks.ts';
import { createForgeClient } from '#coordinator/github/forge-client.ts';
import { limits } from '#shared/limits.ts';
import { type FakeGithub, startFakeGithub } from '#test/support/fake-github/fake-github.ts';
import { failureOf } from './forge-failures.ts';
import { fullName, shaOf } from './small-github.ts';

let fake: FakeGithub;

beforeEach(async () => {
  fake = await startFakeGithub({ token: 'ghs_ofAnInstallation' });
  fake.github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x', head: shaOf(0) });
});
afterEach(() => fake.close());

const client = () => createForgeClient({ baseUrl: fake.baseUrl, token: fake.token });

const check = (more: Partial<CheckPost> = {}): CheckPost => ({
  fullName,
  sha: shaOf(0),
  name: 'Paddock',
  externalId: 'run_1',
  detailsUrl: 'http://127.0.0.1:1/runs/run_1',
  state: { status: 'completed', conclusion: 'failure' },
  startedAt: 1_700_000_000_000,
  completedAt: 1_700_000_060_000,
  output: { title: '1 of 2 failed', summary: '**debian-12** failed', text: null },
  annotations: [],
  actions: [{ label: 'Re-run failed', description: 'Test again what failed', identifier: 'rerun-failed' }],
  ...more,
});
const annotation = (line: number): CheckAnnotation => ({
  path: 'src/parser.c',
  startLine: line,
  endLine: line,
  column: 7,
  level: 'failure',
  title: 'debian-12',
  message: `error ${line}`,
});
const annotations = (count: number) => Array.from({ length: count }, (_, n) => annotation(n + 1));
const shown = () => fake.github.checksOf(fullName, shaOf(0));

test('a check arrives as it was given, and GitHub has nothing to object', async () => {
  const id = await client().createCheck(check());
  await client().updateCheck(id, check({ annotations: annotations(1) }));
  expect(shown()).toMatchObject([
    {
      id,
      name: 'Paddock',
      externalId: 'run_1',
      detailsUrl: 'http://127.0.0.1:1/runs/run_1',
      state: { status: 'completed', conclusion: 'failure', completedAt: 1_700_000_060_000 },
      startedAt: 1_700_000_000_000,
      output: { title: '1 of 2 failed', summary: '**debian-12** failed', text: null },
      actions: [{ identifier: 'rerun-failed' }],
      annotations: [{ path: 'src/parser.c', startLine: 1, startColumn: 7, endColumn: 7 }],
    },
  ]);
  expect(fake.violations).toEqual([]);
});

test('annotations come fifty at a time, and no more than people read', async () => {
  const id = await client().createCheck(check());
  await client().updateCheck(id, check({ annotations: annotations(500) }));
  expect(shown()[0]?.annotations).toHaveLength(limits.annotationsPerCheck);
  expect(fake.violations).toEqual([]);
});

test('what is said again is not added again', async () => {
  const id = await client().createCheck(check());
  for (const count of [120, 120, 130])
    await client().updateCheck(id, check({ annotations: annotations(count) }));
  expect(shown()[0]?.annotations.map(({ startLine }) => startLine)).toEqual(
    annotations(130).map(({ startLine }) => startLine),
  );
});

test('a check that is tested again is not completed any more', async () => {
  const id = await client().createCheck(check());
  await client().updateCheck(id, check({ state: { status: 'in_progress' } }));
  expect(shown()[0]?.state).toEqual({ status: 'in_progress' });
});

test('of several with the same id the newest is found, and none of another', async () => {
  const made = [];
  for (const externalId of ['run_1', 'run_2', 'run_1'])
    made.push(await client().createCheck(check({ externalId })));
  expect(await client().findCheck(check())).toBe(made[2]);
  expect(await client().findCheck(check({ externalId: 'run_3' }))).toBe(null);
  expect(fake.violations).toEqual([]);
});

test('the token of a person may not write checks, and the message says what to do', async () => {
  await fake.close();
  fake = await startFakeGithub();
  fake.github.createRepository({ fullName, cloneUrl: 'http://127.0.0.1:1/x', head: shaOf(0) });
  const failure = await failureOf(client().createCheck(check()));
  expect(failure).toMatchObject({ code: 'forbidden', isForgeWide: false });
  expect(failure.message).toContain('You must authenticate via a GitHub App.');
});
