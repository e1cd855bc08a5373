import { afterEach, expect, test } from 'vitest';
import { rootKeyRotated, secretDetail, secretLogEntry, secretsView } from '#shared/secrets.ts';
import {
  type Script,
  type ScriptedCoordinator,
  scriptedCoordinator,
} from '../support/scripted-coordinator.ts';
import { spawnPaddock } from '../support/spawned.ts';
import { type Typed, typeCommand } from '../support/type-command.ts';

let coordinator: ScriptedCoordinator;
afterEach(() => coordinator.close());

async function ask(answers: NonNullable<Script['answers']>, ...args: string[]): Promise<Typed> {
  coordinator = await scriptedCoordinator({ answers });
  return typeCommand(['--coordinator', coordinator.url, 'secret', ...args]);
}
const lines = (text: string) => text.trimEnd().split('\n');

const at = Date.UTC(2026, 10, 30, 12);
const view = {
  ...{ repository: 'acme/rocket', stage: '', name: 'TOKEN', form: 'variable', images: [], labels: {} },
  ...{ version: 2, setAt: at, setBy: 'an administrator, by the token', rootKey: '5f1d2c3b4a596877' },
  lastGiven: null,
} as const;
const lastGiven = { job: `job_${'0'.repeat(26)}`, run: `run_${'0'.repeat(26)}`, image: 'debian-12' };
const restricted = {
  ...{ ...view, name: 'SIGNING_KEY', stage: 'on-merge', form: 'file', images: ['debian-*'] },
  ...{ labels: { site: 'berlin' }, version: 1, lastGiven: { ...lastGiven, at: Date.now() } },
} as const;
const given = secretLogEntry.parse({
  ...{ at, type: 'given', repository: 'acme/rocket', stage: '', name: 'TOKEN', version: 2, by: null },
  ...{ attempt: `attempt_${'0'.repeat(26)}`, job: `job_${'0'.repeat(26)}`, run: `run_${'0'.repeat(26)}` },
  ...{ image: 'debian-12', host: { id: `host_${'0'.repeat(26)}`, name: 'attic' } },
});
const set = secretLogEntry.parse({
  ...{ at: at - 60_000, type: 'set', repository: 'acme/rocket', stage: '', name: 'TOKEN', version: 2 },
  ...{ by: 'an administrator, by the token', attempt: null, job: null, run: null, image: null, host: null },
});

test('a value comes from standard input, and is neither an argument nor printed', async () => {
  coordinator = await scriptedCoordinator({
    answers: {
      'POST /api/v1/secrets': () => ({ body: { secret: view, warnings: ['no repository is known yet'] } }),
    },
  });
  const args = ['--coordinator', coordinator.url, 'secret', 'set', 'TOKEN', '--repository', 'acme/rocket'];
  const environment = { PATH: process.env.PATH, HOME: '/nowhere' };
  const more = ['--image', 'debian-*', '--label', 'site=berlin', '--file', '--on-merge'];
  for (const [extra, input] of [
    [[], 'correct horse\n'],
    [more, 'correct horse\n'],
  ] as const) {
    const { code, stdout, stderr } = await spawnPaddock([...args, ...extra], environment, input).ended;
    expect([code, stdout.toString(), stderr]).toEqual([
      0,
      'TOKEN of acme/rocket is kept, version 2; jobs that begin from now on are given it\n',
      'note: no repository is known yet\n',
    ]);
  }
  const usual = {
    repository: 'acme/rocket',
    name: 'TOKEN',
    stage: '',
    form: 'variable',
    images: [],
    labels: {},
  };
  expect(coordinator.asked.map(({ body }) => body)).toEqual([
    { ...usual, value: 'correct horse' },
    {
      ...{ ...usual, stage: 'on-merge', form: 'file', images: ['debian-*'] },
      ...{ labels: { site: 'berlin' }, value: 'correct horse\n' },
    },
  ]);
}, 60_000);

test('an empty value, a wrong label and a missing repository are said before anything is sent', async () => {
  coordinator = await scriptedCoordinator({ answers: {} });
  const args = ['--coordinator', coordinator.url, 'secret', 'set', 'TOKEN', '--repository', 'acme/rocket'];
  const empty = await spawnPaddock(args, { PATH: process.env.PATH, HOME: '/nowhere' }, '\n').ended;
  expect([empty.code, empty.stderr]).toEqual([
    2,
    expect.stringContaining('there is no value on standard input'),
  ]);
  const label = await typeCommand([...args, '--label', 'site']);
  expect([label.code, label.stderr]).toEqual([2, expect.stringContaining('expected NAME=VALUE')]);
  const nowhere = await typeCommand(args.slice(0, 5));
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('--repository')]);
  const argument = await typeCommand([...args, 'correct horse']);
  expect(argument.code).toBe(2);
  expect(coordinator.asked).toEqual([]);
}, 60_000);

test('list: who is given what, and the key; a missing key is said', async () => {
  const rootKey = {
    source: '/data/keys/secrets',
    fingerprint: '5f1d2c3b4a596877',
    missing: [],
    problem: null,
  };
  const body = secretsView.parse({ secrets: [view, restricted], rootKey });
  const { stdout } = await ask({ 'GET /api/v1/secrets': () => ({ body }) }, 'list');
  expect(lines(stdout)).toEqual([
    'acme/rocket  TOKEN        variable  version 2  any                                 given: never',
    'acme/rocket  SIGNING_KEY  file      version 1  merges only, debian-*, site=berlin  given: just now',
    'root key: 5f1d2c3b4a596877 (/data/keys/secrets)',
  ]);
  await coordinator.close();
  const lost = { ...body, rootKey: { ...rootKey, fingerprint: null, missing: ['5f1d2c3b4a596877'] } };
  const trouble = await ask({ 'GET /api/v1/secrets': () => ({ body: lost }) }, 'list');
  expect(trouble.stdout).toContain(
    'root key missing: 5f1d2c3b4a596877; what hangs on it cannot be given to any job',
  );
});

test('show and log: versions, by whom, and who was given which', async () => {
  const body = secretDetail.parse({ ...view, log: [given, set] });
  const line = 'GET /api/v1/secrets/one';
  const shown = await ask({ [line]: () => ({ body }) }, 'show', 'TOKEN', '--repository', 'acme/rocket');
  expect(coordinator.asked[0]?.line).toBe(`${line}?repository=acme%2Frocket&name=TOKEN&stage=`);
  expect(shown.stdout).toContain('2, set by an administrator, by the token');
  const story = [
    `2026-11-30 12:00:00  given  acme/rocket  TOKEN  version 2  job_${'0'.repeat(26)} on debian-12, host attic`,
    '2026-11-30 11:59:00  set    acme/rocket  TOKEN  version 2  an administrator, by the token',
  ];
  expect(lines(shown.stdout).slice(-2)).toEqual(story);
  await coordinator.close();
  const log = await ask(
    { 'GET /api/v1/secrets/log': () => ({ body: [given, set] }) },
    'log',
    '--name',
    'TOKEN',
  );
  expect(coordinator.asked[0]?.line).toBe('GET /api/v1/secrets/log?name=TOKEN&limit=20');
  expect(lines(log.stdout)).toEqual(story);
});

test('remove and rotate-key say what they did; --json prints what the API answers', async () => {
  const gone = { message: 'TOKEN of acme/rocket is removed' };
  const removed = await ask(
    { 'POST /api/v1/secrets/remove': () => ({ body: gone }) },
    ...['remove', 'TOKEN', '--repository', 'acme/rocket', '--on-merge'],
  );
  expect(coordinator.asked[0]?.body).toEqual({ repository: 'acme/rocket', name: 'TOKEN', stage: 'on-merge' });
  expect(removed.stdout).toBe(`${gone.message}\n`);
  await coordinator.close();
  const body = rootKeyRotated.parse({
    fingerprint: 'aa',
    rotated: 2,
    message: '2 secrets hang on the root key aa now',
  });
  const rotated = await ask({ 'POST /api/v1/secrets/rotate-key': () => ({ body }) }, 'rotate-key', '--json');
  expect(JSON.parse(rotated.stdout)).toEqual(body);
});
