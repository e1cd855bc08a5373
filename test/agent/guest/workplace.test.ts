import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWorkplace, removeWorkplace, type Workplace, workplaceOf } from '#agent/guest/workplace.ts';
import { attemptNumbered } from './support/specs.ts';

let attempts: string;
let place: Workplace;

beforeEach(async () => {
  attempts = await mkdtemp(join(tmpdir(), 'paddock-workplace-'));
  place = workplaceOf(attempts, attemptNumbered(1), 'single-use', null);
  makeWorkplace(place);
  await writeFile(place.spool, 'the log');
});
afterEach(() => rm(attempts, { recursive: true, force: true }));

const left = () => readdir(attempts);

test('what an attempt without a file leaves is gone before the call returns', async () => {
  await writeFile(place.journal, '{}');
  const removed = removeWorkplace(place);
  expect(existsSync(place.root)).toBe(false);
  await removed;
});

test('whatever a suite has left is gone when the call has ended', async () => {
  await mkdir(join(place.workspace, 'src/deep'), { recursive: true });
  await writeFile(join(place.workspace, 'src/deep/file'), 'x');
  await writeFile(join(place.temporary, 'socket'), 'x');
  await writeFile(join(place.root, 'stray'), 'x');
  await removeWorkplace(place);
  expect(await left()).toEqual([]);
});

test('a long log is gone too', async () => {
  await truncate(place.spool, 2 * 1024 * 1024);
  await removeWorkplace(place);
  expect(await left()).toEqual([]);
});

test('a link in the place of the checkout is removed, not followed', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'paddock-elsewhere-'));
  await rm(place.workspace, { recursive: true });
  await symlink(elsewhere, place.workspace);
  await removeWorkplace(place);
  expect([await left(), existsSync(elsewhere)]).toEqual([[], true]);
  await rm(elsewhere, { recursive: true });
});

test("a computer that stays keeps its user's home", async () => {
  const home = await mkdtemp(join(tmpdir(), 'paddock-home-'));
  await removeWorkplace({ ...place, home });
  expect([await left(), existsSync(home)]).toEqual([[], true]);
  await rm(home, { recursive: true });
});

test('a place that has gone is no error', async () => {
  await rm(place.root, { recursive: true });
  await removeWorkplace(place);
});
