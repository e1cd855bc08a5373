import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeRoom } from '#agent/guest/make-room.ts';
import { type Workplace, workplaceOf } from '#agent/guest/workplace.ts';
import { attemptNumbered } from './support/specs.ts';

let attempts: string;
let place: Workplace;
const said: string[] = [];
const log = (event: string) => void said.push(event);

beforeEach(async () => {
  said.length = 0;
  attempts = await mkdtemp(join(tmpdir(), 'paddock-room-'));
  place = workplaceOf(attempts, attemptNumbered(1), 'single-use', null);
  for (const directory of [place.workspace, place.temporary]) await mkdir(directory, { recursive: true });
  await writeFile(join(place.workspace, 'fill'), 'x');
  await writeFile(place.spool, 'the log');
});
afterEach(() => rm(attempts, { recursive: true, force: true }));

test('with room enough everything stays until the verdict is stored', async () => {
  await makeRoom(place, 0, log);
  expect(existsSync(join(place.workspace, 'fill'))).toBe(true);
  expect(said).toEqual([]);
});

test('on a full disk the checkout goes, and the log stays', async () => {
  await makeRoom(place, Number.POSITIVE_INFINITY, log);
  expect(existsSync(place.workspace)).toBe(false);
  expect(existsSync(place.spool)).toBe(true);
  expect(said).toEqual(['making-room']);
});

test('a place that has gone is no error', async () => {
  await rm(attempts, { recursive: true });
  await makeRoom(place, 0, log);
  expect(said).toEqual(['making-room-failed']);
});
