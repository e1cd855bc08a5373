/** `paddock github setup` as a process of its own. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '#test/support/until.ts';
import { spawnPaddock } from '../../cli/support/spawned.ts';
import { at, type Lab, openSetUpLab } from './set-up-lab.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openSetUpLab();
});
afterEach(() => lab.close());

function start() {
  const args = ['github', 'setup', ...at(lab), '--own-account', '--no-wait', '--write'];
  const config = path.join(lab.directory, 'paddock.yaml');
  const { child, ended, ...said } = spawnPaddock([...args, '--config', config], lab.environment);
  const stdout = () => said.stdout().toString();
  return { child, running: { stdout, stderr: said.stderr, ended: ended.then(({ code }) => code ?? -1) } };
}

test('the whole way, and key and secret are in no argument of the process', async () => {
  const { child, running } = start();
  const link = await lab.linkOf(running);
  expect(child.spawnargs.join(' ')).not.toContain(new URL(link).pathname.slice(1));
  await lab.visit(running);
  expect(await running.ended).toBe(0);
  expect(await readdir(path.join(lab.directory, 'data/github'))).toEqual([
    'client-secret',
    'private-key.pem',
    'webhook-secret',
  ]);
}, 60_000);

test('a code is read from standard input, where no other user sees it', async () => {
  const asked = start();
  const back = await lab.press(await lab.formOf(await lab.linkOf(asked.running)));
  const args = ['github', 'setup', ...at(lab), '--own-account', '--no-wait', '--code', '-'];
  const { ended } = spawnPaddock(args, lab.environment, `${back.href}\n`);
  expect((await ended).code).toBe(0);
  expect(lab.fake.github.app()).toMatchObject({ owner: { type: 'User' } });
  asked.child.kill('SIGINT');
  expect(await asked.running.ended).toBe(2);
}, 60_000);

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s while somebody is at GitHub leaves nothing',
  async signal => {
    const { child, running } = start();
    await lab.linkOf(running);
    await until('it waits', () => running.stderr().includes('waiting until GitHub has made the App'));
    child.kill(signal);
    expect(await running.ended).toBe(2);
    expect(running.stderr()).toContain('interrupted before anything was made here');
    expect(await readdir(path.join(lab.directory, 'data/github'))).toEqual([]);
    expect(await readdir(lab.directory)).toEqual(['data']);
  },
  60_000,
);
