import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loginOf, readLogin, writeLogin } from '#agent/host/drivers/libvirt/bring/login.ts';
import { watchProgress } from '#agent/host/drivers/libvirt/bring/progress.ts';
import { placesIn, type VirtualPlaces } from '#agent/host/drivers/libvirt/machine-directory.ts';
import { desiredMachine } from '#test/contract/driver/desired-machine.ts';

const told = { user: 'build', environment: {}, ticket: 'boot-ticket-0123456789' };
const login = loginOf(desiredMachine({ driver: 'libvirt' }), told);
let directory: string;
let places: VirtualPlaces;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-progress-'));
  places = placesIn(directory);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('each thing that keeps it is one line of the console, and a refusal outlives the next try', async () => {
  const progress = watchProgress(places, login);
  for (let tries = 0; tries < 3; tries += 1) {
    progress.onProblem('its port 22 is closed');
    progress.onProblem('its port 22 is closed');
  }
  progress.onUp();
  progress.onProblem('the key is refused');
  progress.onUp();
  await progress.written();
  expect(progress.problem).toBe('the key is refused');
  const begin = 'paddock: its agent has not reported in yet:';
  expect((await readFile(places.console, 'utf8')).trimEnd().split('\n')).toEqual([
    `${begin} its port 22 is closed`,
    `${begin} its SSH server is up, and the login is not over`,
    `${begin} the key is refused`,
  ]);
});

test('that the agent was started is known to the next host agent', async () => {
  await writeFile(join(directory, 'key'), 'a private key');
  await writeLogin(places, login, join(directory, 'key'));
  const progress = watchProgress(places, login);
  progress.onStarted();
  await progress.written();
  expect(await readLogin(places)).toEqual({ ...login, isStarted: true });
  expect(watchProgress(places, { ...login, isStarted: true }).isStarted).toBe(true);
});

test('a console that cannot be written is told at the end, and ends nothing before', async () => {
  const progress = watchProgress({ ...places, console: join(directory, 'absent/console') }, login);
  progress.onProblem('its port 22 is closed');
  await expect(progress.written()).rejects.toThrow('ENOENT');
});
