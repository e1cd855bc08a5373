import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '#coordinator/config/config.ts';
import { secretRotation } from '#shared/github-app.ts';
import { until } from '#test/support/until.ts';
import { type HookReceiver, openHookReceiver } from './hook-receiver.ts';
import { at, type Lab, openSetUpLab } from './set-up-lab.ts';

let lab: Lab;
let receiver: HookReceiver;
beforeEach(async () => {
  lab = await openSetUpLab();
  receiver = await openHookReceiver([]);
  const running = lab.start(
    'github',
    'setup',
    ...at(lab, receiver.url),
    '--own-account',
    '--no-wait',
    '--write',
  );
  await lab.visit(running);
  expect(await running.ended).toBe(0);
  receiver.restart(await configured());
  await until('the first ping was sent', () => lab.fake.github.app()?.deliveries.length === 1);
});
afterEach(async () => {
  await receiver.close();
  await lab.close();
});

const configured = async () =>
  (await loadConfig(null, lab.environment, lab.directory)).github?.webhookSecrets ?? [];
const atGithub = () => lab.fake.github.app()?.hook?.secret;

async function rotate(...more: string[]) {
  const running = lab.start('github', 'rotate-secret', '--json', ...more);
  const code = await running.ended;
  return { code, said: running.stdout() + running.stderr(), stdout: running.stdout() };
}

test('a second secret, a restart, then GitHub is told and the first one goes', async () => {
  const [first] = await configured();
  const begun = await rotate('--write');
  const { step, file } = secretRotation.parse(JSON.parse(begun.stdout));
  expect([begun.code, step]).toEqual([0, 'second-made']);
  const both = await configured();
  expect(both).toEqual([first, (await lab.read(file ?? '')).trim()]);
  expect(await lab.modeOf(file ?? '')).toBe(0o600);
  expect(atGithub()).toBe(first);
  receiver.restart(both);
  const told = await rotate('--write');
  expect([told.code, secretRotation.parse(JSON.parse(told.stdout)).step]).toEqual([0, 'told']);
  expect(atGithub()).toBe(both[1]);
  expect(await configured()).toEqual([both[1]]);
  for (const secret of both) expect(begun.said + told.said).not.toContain(secret);
  expect(lab.fake.violations).toEqual([]);
});

test('once more on the day on which the first one was made: the new one has a name of its own', async () => {
  await begin();
  expect((await rotate('--write')).code).toBe(0);
  const [first] = await configured();
  const again = await rotate('--write');
  const { file } = secretRotation.parse(JSON.parse(again.stdout));
  expect([again.code, path.basename(file ?? '')]).toEqual([
    0,
    expect.stringMatching(/^webhook-secret-.+-2$/),
  ]);
  expect(await configured()).toEqual([first, (await lab.read(file ?? '')).trim()]);
});

test('a coordinator that was not restarted: GitHub has the first one back', async () => {
  const [first] = await configured();
  await rotate('--write');
  const told = await rotate('--write');
  expect(told.code).toBe(2);
  expect(told.said).toContain('GitHub has the first one again');
  expect(atGithub()).toBe(first);
  expect(await configured()).toHaveLength(2);
});

/** The second secret is made and known to the coordinator: the next call tells GitHub. */
async function begin() {
  await rotate('--write');
  const both = await configured();
  receiver.restart(both);
  return { first: both[0], second: both[1] };
}

test('without a ping among the deliveries a push is sent again', async () => {
  const { second } = await begin();
  const [ping] = lab.fake.github.app()?.deliveries ?? [];
  Object.assign(ping ?? {}, { event: 'push' });
  const told = await rotate('--write');
  expect([told.code, atGithub()]).toEqual([0, second]);
  expect(lab.fake.github.app()?.deliveries.map(({ event, isAgain }) => [event, isAgain])).toEqual([
    ['push', true],
    ['push', false],
  ]);
  expect(await configured()).toEqual([second]);
});

test.each(['nothing', 'only a button'])('with %s to send again GitHub is left as it is', async listed => {
  const { first } = await begin();
  const deliveries = lab.fake.github.app()?.deliveries ?? [];
  if (listed === 'nothing') deliveries.length = 0;
  else Object.assign(deliveries[0] ?? {}, { event: 'check_run' });
  const told = await rotate('--write');
  expect([told.code, told.said]).toEqual([2, expect.stringContaining('push something, then repeat')]);
  expect(lab.fake.requests.filter(({ method }) => method !== 'GET')).toEqual([
    expect.objectContaining({ path: expect.stringContaining('/conversions') }),
  ]);
  expect(atGithub()).toBe(first);
  expect(await configured()).toHaveLength(2);
});

const asUsual = { type: 'slow', until: Promise.resolve() } as const;

test.each([
  ['after the change', [{ type: 'broken', status: 502 }, asUsual]],
  ['at the change', [{ type: 'lost-answer' }, asUsual]],
] as const)('GitHub that fails %s has the first one back', async (when, faults) => {
  const { first } = await begin();
  // Who it is, the list, and the change.
  lab.fake.inject(asUsual, when === 'at the change' ? 2 : 3);
  for (const fault of faults) lab.fake.inject(fault);
  const told = await rotate('--write');
  expect([told.code, told.said]).toEqual([2, expect.stringContaining('GitHub has the first one again')]);
  expect(lab.fake.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(2);
  expect(atGithub()).toBe(first);
  expect(await configured()).toHaveLength(2);
});

test('a first one that cannot be put back is told', async () => {
  await begin();
  lab.fake.inject(asUsual, 3);
  lab.fake.inject({ type: 'broken', status: 502 }, 2);
  const told = await rotate('--write');
  expect([told.code, told.said]).toEqual([2, expect.stringContaining('could not be put back')]);
  expect(await configured()).toHaveLength(2);
});

test('without --write the line is printed, and the configuration left as it is', async () => {
  const before = await lab.read('paddock.yaml');
  const { stdout } = await rotate();
  const { configuration, isWritten } = secretRotation.parse(JSON.parse(stdout));
  expect(isWritten).toBe(false);
  expect(configuration).toMatch(/^webhook-secrets: \[.*webhook-secret.*webhook-secret-\d{4}-\d\d-\d\d.*\]$/);
  expect(await lab.read('paddock.yaml')).toBe(before);
});

test('twice on one day makes no third file, and loses none', async () => {
  await rotate();
  const files = await readdir(path.join(lab.directory, 'data/github'));
  const again = await rotate();
  expect([again.code, again.said]).toEqual([
    2,
    expect.stringContaining('If an earlier call made it: put webhook-secrets: ['),
  ]);
  expect(await readdir(path.join(lab.directory, 'data/github'))).toEqual(files);
});

test('by a token it says where the secret is changed', async () => {
  await writeFile(
    path.join(lab.directory, 'paddock.yaml'),
    'github: { token: { env: A }, webhook-secrets: [{ env: A }, { env: B }] }\n',
  );
  Object.assign(lab.environment, { A: 'a', B: 'b' });
  const told = await rotate();
  expect([told.code, told.said]).toEqual([2, expect.stringContaining('Settings, Webhooks')]);
});
