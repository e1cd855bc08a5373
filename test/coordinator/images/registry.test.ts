/** What an admin does with images, on a real store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCatalog } from '#coordinator/images/catalog.ts';
import {
  addVersion,
  digestOf,
  removeImage,
  rollBack,
  setDisabled,
  testVersion,
} from '#coordinator/images/registry.ts';
import { listEventsOfImage } from '#coordinator/store/events.ts';
import {
  findImage,
  findVersion,
  type Image,
  type ImageVersion,
  listVersions,
  saveImage,
  saveVersion,
} from '#coordinator/store/images.ts';
import { openStore, type Store, type Tx } from '#coordinator/store/store.ts';
import type { RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { imageOf } from '../support/brain-lab.ts';
import { at } from './evidence.ts';

let directory: string;
let store: Store;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'paddock-images-'));
  store = await openStore({ type: 'sqlite', file: path.join(directory, 'paddock.db') });
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

const write = <Result>(act: (tx: Tx) => Promise<Result>) => store.write(act);
const debian = (cpus = 1) => ({
  ...imageOf('debian-12'),
  machine: { ...imageOf('debian-12').machine, cpus },
});
const add = (cpus = 1) => write(tx => addVersion(tx, debian(cpus), at));
const imageNow = async (): Promise<Image> => {
  const image = await findImage(store.read, 'debian-12');
  if (!image) throw new Error('debian-12 is registered');
  return image;
};
const versionNow = async (number: number): Promise<ImageVersion> => {
  const version = await findVersion(store.read, 'debian-12', number);
  if (!version) throw new Error(`version ${number} is there`);
  return version;
};
const reportOf = (isOk: boolean) => ({ at, isOk, checks: [], machine: null, console: null, jobs: [] });

/** As the suite would. */
async function pass(number: number): Promise<void> {
  const version = await versionNow(number);
  const image = await imageNow();
  await write(async tx => {
    await saveVersion(tx, { ...version, status: 'ready', report: reportOf(true) });
    await saveImage(tx, { ...image, current: number });
  });
}

const configured = imageOf('shed');
const pools = [{ image: 'shed', warm: 0, max: 2, idle: 600_000 }];
const catalog = createCatalog({ images: [configured], pools });
const namesNow = async () => (await catalog.pools(store.read)).map(({ image }) => image.name);

describe('a version', () => {
  test('is on probation under a name of its own, that serves nobody', async () => {
    expect(await add()).toEqual({ number: 1, isNew: true, abandoned: [] });
    expect(await namesNow()).toEqual(['shed', 'debian-12@1']);
    expect((await imageNow()).current).toBe(null);
    const [, candidate] = await catalog.images(store.read);
    expect(candidate?.serves.repositories).toEqual(['conformance']);
  });

  test('that passed has the name and the pool, until another one does', async () => {
    await add();
    await pass(1);
    expect(await namesNow()).toEqual(['shed', 'debian-12']);
    await add(2);
    expect(await namesNow()).toEqual(['shed', 'debian-12', 'debian-12@2']);
    await pass(2);
    const [, current] = await catalog.images(store.read);
    expect(current?.machine.cpus).toBe(2);
  });

  test('that is the current one already is not added again, whatever the order of its keys', async () => {
    await add();
    await pass(1);
    const { machine, ...others } = debian();
    expect(await write(tx => addVersion(tx, { machine, ...others }, at))).toMatchObject({
      number: 1,
      isNew: false,
    });
    expect(digestOf({ machine, ...others })).toBe(digestOf(debian()));
    expect(digestOf(debian(2))).not.toBe(digestOf(debian()));
  });

  test('ends the probation of the one before, whose run nobody waits for', async () => {
    await add();
    const run = `run_${'0'.repeat(26)}` as RunId;
    await write(async tx => saveVersion(tx, { ...(await versionNow(1)), run }));
    expect(await add(2)).toMatchObject({ number: 2, abandoned: [run] });
    expect(await versionNow(1)).toMatchObject({ status: 'refused', report: { isOk: false } });
  });

  test('makes room for itself, and never takes the current one away', async () => {
    await add();
    await pass(1);
    for (let cpus = 2; cpus < limits.imageVersions + 4; cpus += 1) {
      await add(cpus);
      const version = await versionNow(cpus);
      await write(tx => saveVersion(tx, { ...version, status: 'refused', report: reportOf(false) }));
    }
    const numbers = (await listVersions(store.read, 'debian-12')).map(({ number }) => number);
    expect(numbers).toHaveLength(limits.imageVersions + 1);
    expect(numbers.at(-1)).toBe(1);
  });

  test('is tried once more beside the machines that are made of it', async () => {
    await add();
    await pass(1);
    expect(await write(async tx => testVersion(tx, await versionNow(1), at))).toBe(null);
    expect(await namesNow()).toEqual(['shed', 'debian-12', 'debian-12@1']);
    expect(await write(async tx => testVersion(tx, await versionNow(1), at))).toContain(
      'is being tried already',
    );
  });
});

describe('an image', () => {
  beforeEach(async () => {
    for (const cpus of [1, 2]) {
      await add(cpus);
      await pass(cpus);
    }
  });
  const roll = async (to?: number) => {
    const image = await imageNow();
    return write(tx => rollBack(tx, image, to, at));
  };

  test('is rolled back to the version before, or to the one that is named', async () => {
    expect(await roll()).toEqual({ number: 1 });
    expect((await imageNow()).current).toBe(1);
    expect(await roll(2)).toEqual({ number: 2 });
    const events = await listEventsOfImage(store.read, 'debian-12', 2);
    expect(events.map(({ type, data }) => [type, data?.number])).toEqual([
      ['image.rolled-back', 2],
      ['image.rolled-back', 1],
    ]);
  });

  test.each([
    [9, 'debian-12 has no version 9; it has 3, 2, 1'],
    [3, 'version 3 of debian-12 is not ready: it is in probation'],
    [2, 'version 2 of debian-12 is the current one already'],
  ])('is not rolled back to %i', async (to, refusal) => {
    await add(3);
    expect(await roll(to)).toEqual({ refusal });
    expect((await imageNow()).current).toBe(2);
  });

  test('has no version to go back to from its first', async () => {
    await roll();
    expect(await roll()).toEqual({ refusal: 'debian-12 has no earlier version that is ready' });
  });

  test('that is disabled is planned on no more, and its pool says so', async () => {
    const image = await imageNow();
    await write(tx => setDisabled(tx, image, true, at));
    expect((await catalog.images(store.read)).map(({ name }) => name)).toEqual(['shed']);
    expect((await catalog.pools(store.read)).map(({ isDisabled }) => isDisabled)).toEqual([false, true]);
    await write(async tx => setDisabled(tx, await imageNow(), false, at));
    expect((await catalog.images(store.read)).map(({ name }) => name)).toEqual(['shed', 'debian-12']);
  });

  test('that is removed is gone with its versions', async () => {
    await write(tx => removeImage(tx, 'debian-12', at));
    expect(await namesNow()).toEqual(['shed']);
    expect(await listVersions(store.read, 'debian-12')).toEqual([]);
  });

  test('in the configuration stands before a registered one of its name', async () => {
    const both = createCatalog({
      images: [debian(7)],
      pools: [{ ...pools[0], image: 'debian-12' } as (typeof pools)[0]],
    });
    expect((await both.images(store.read)).map(({ machine }) => machine.cpus)).toEqual([7]);
  });
});
