/** Mirrors are packed in turn, and stop for whoever needs them. */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { maintainMirrors } from '#coordinator/source/maintain-mirrors.ts';
import { createMirrorGate } from '#coordinator/source/mirror-gate.ts';
import type { Mirrors } from '#coordinator/source/mirror-port.ts';
import { limits } from '#shared/limits.ts';
import { ensure, git, type Lab, openLab, otherRepository, repository, unhurried } from './lab.ts';

let lab: Lab;
let mirrors: Mirrors;
let later = 0;
const said: string[] = [];
const note = (_: object, message: string) => void said.push(message);
beforeEach(async () => {
  lab = await openLab();
  mirrors = lab.mirrors();
  later = 0;
  said.length = 0;
});
afterEach(() => lab.close());

const dir = () => dirname(mirrors.directoryOf(repository));
const look = () => {
  const log = { info: note, warn: note };
  return maintainMirrors({ dir: dir(), mirrors, log, now: () => Date.now() + later }, unhurried);
};
const done = 'a mirror was maintained; sizes in bytes';

test('each is packed once a day, and keeps what was asked for', async () => {
  const origin = await lab.origin();
  const commit = await origin.commit({ a: '1' });
  await look();
  await ensure(mirrors, origin.path, commit);
  await ensure(mirrors, origin.path, commit, otherRepository);
  await ensure(mirrors, origin.path, await origin.commit({ a: '2' }));
  await look();
  expect(said).toEqual([done, done]);
  const counted = await git(mirrors.directoryOf(repository), ['count-objects', '-v']);
  expect(counted).toContain('packs: 1');
  await look();
  expect(said).toHaveLength(2);
  later = limits.mirrorMaintainMs;
  await look();
  expect(said).toHaveLength(4);
  expect(await mirrors.readFile(repository, commit, 'a', 10)).toEqual(Buffer.from('1'));
});

test('one that cannot be packed is said, and keeps no other from it', async () => {
  const origin = await lab.origin();
  const commit = await origin.commit({ a: '1' });
  await ensure(mirrors, origin.path, commit);
  await ensure(mirrors, origin.path, commit, otherRepository);
  await rm(join(mirrors.directoryOf(repository), 'objects'), { recursive: true });
  await look();
  expect(said.toSorted()).toEqual([done, expect.stringMatching(/^maintenance in the mirror of .* failed/)]);
});

test('what was put aside as damaged goes after a day', async () => {
  const aside = `${mirrors.directoryOf(repository)}.damaged`;
  await mkdir(aside, { recursive: true });
  await look();
  expect(existsSync(aside)).toBe(true);
  later = limits.mirrorMaintainMs;
  await look();
  expect(existsSync(aside)).toBe(false);
});

test('whoever needs a mirror stops its maintenance, and waits for its end; nobody else is stopped', async () => {
  const gate = createMirrorGate();
  const steps: string[] = [];
  const alone = gate.alone(repository, unhurried, async signal => {
    await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
    steps.push('stopped');
    throw signal.reason;
  });
  await gate.pass(otherRepository, async () => void steps.push('another mirror'));
  expect(await gate.alone(repository, unhurried, async () => 'twice')).toBeNull();
  await gate.pass(repository, async () => void steps.push('needed'));
  expect(await alone).toBeNull();
  expect(steps).toEqual(['another mirror', 'stopped', 'needed']);
  const inside = Promise.withResolvers<void>();
  const passing = gate.pass(repository, () => inside.promise);
  expect(await gate.alone(repository, unhurried, async () => 'beside')).toBeNull();
  inside.resolve();
  await passing;
  expect(await gate.alone(repository, unhurried, async () => 'now')).toBe('now');
});
