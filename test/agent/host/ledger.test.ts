import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StateUnusable } from '#agent/host/errors.ts';
import { isLower, openLedger } from '#agent/host/ledger.ts';
import { newMachineId } from '#test/contract/driver/desired-machine.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-ledger-'));
  path = join(directory, 'ledger.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('what was saved is there after a restart', async () => {
  const [made, gone] = [newMachineId(), newMachineId()];
  const ledger = await openLedger(path);
  ledger.act({ epoch: 2, generation: 7 });
  ledger.set(made, { state: 'made', driver: 'process' });
  ledger.set(gone, { state: 'gone', reason: 'ended', isTold: false });
  await ledger.save();
  const next = await openLedger(path);
  expect(next.acted()).toEqual({ epoch: 2, generation: 7 });
  expect(next.get(made)).toEqual({ state: 'made', driver: 'process' });
  expect(next.get(gone)).toEqual({ state: 'gone', reason: 'ended', isTold: false });
});

test('an end that the coordinator has heard of is told once more after a restart', async () => {
  const id = newMachineId();
  const ledger = await openLedger(path);
  ledger.set(id, { state: 'gone', reason: 'ended', isTold: true });
  await ledger.save();
  expect((await openLedger(path)).get(id)).toMatchObject({ isTold: false });
});

test('what is forgotten stays forgotten', async () => {
  const id = newMachineId();
  const ledger = await openLedger(path);
  ledger.set(id, { state: 'made', driver: 'process' });
  await ledger.save();
  ledger.forget(id);
  await ledger.save();
  expect((await openLedger(path)).ids()).toEqual([]);
});

test('nothing is written when nothing has changed', async () => {
  const ledger = await openLedger(path);
  ledger.act({ epoch: 1, generation: 1 });
  await ledger.save();
  const { mtimeMs, ino } = await stat(path);
  ledger.act({ epoch: 1, generation: 1 });
  await ledger.save();
  expect(await stat(path)).toMatchObject({ mtimeMs, ino });
});

test('a save that fails is made up for by the next', async () => {
  const id = newMachineId();
  const ledger = await openLedger(join(directory, 'later', 'ledger.json'));
  ledger.set(id, { state: 'made', driver: 'process' });
  await expect(ledger.save()).rejects.toThrow('ENOENT');
  await mkdir(join(directory, 'later'));
  await ledger.save();
  expect(await readdir(join(directory, 'later'))).toEqual(['ledger.json']);
});

test.each(['', '{', '{"v":2}', '{"v":1,"acted":{"epoch":-1,"generation":0},"machines":[]}'])(
  'a damaged ledger %j stops the start with a sentence',
  async text => {
    await writeFile(path, text);
    await expect(openLedger(path)).rejects.toThrow(StateUnusable);
    await expect(openLedger(path)).rejects.toThrow('is damaged');
  },
);

test.each([
  [{ epoch: 1, generation: 9 }, { epoch: 2, generation: 1 }, true],
  [{ epoch: 2, generation: 1 }, { epoch: 1, generation: 9 }, false],
  [{ epoch: 1, generation: 1 }, { epoch: 1, generation: 2 }, true],
  [{ epoch: 1, generation: 2 }, { epoch: 1, generation: 2 }, false],
])('%j is lower than %j: %s', (a, b, lower) => {
  expect(isLower(a, b)).toBe(lower);
});
