/** A mirror that is lost while something waits to land: it is fetched anew, what it alone had is tested anew, and nobody is blamed. */
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findRepositoryByName } from '#coordinator/store/repositories.ts';
import { limits } from '#shared/limits.ts';
import { repository } from '../support/bare-forge.ts';
import { type MergeLab, openMergeLab } from '../support/merge-lab.ts';

// Each of them runs a hundred gits.
vi.setConfig({ testTimeout: 120_000 });

let lab: MergeLab;
afterEach(() => lab.close());

const mirrorOf = async () => {
  const known = await findRepositoryByName(lab.store.read, repository);
  return lab.mirrors.directoryOf(known?.id ?? ('' as never));
};
const isDeleted = async () => rm(await mirrorOf(), { recursive: true });
/** Every object that is not in a pack is gone: what the queue has made. */
async function isDamaged() {
  const objects = path.join(await mirrorOf(), 'objects');
  for (const name of await readdir(objects, { recursive: true }))
    if (/^[0-9a-f]{2}\/[0-9a-f]{38}$/.test(name)) await rm(path.join(objects, name));
}
/** Two pull requests whose batch is being tested. */
async function batched(merge = '{ queue: { max-batch: 4 } }') {
  lab = await openMergeLab(merge);
  await lab.open({ 1: { one: '1' }, 2: { two: '2' } });
  await lab.prepare();
  await lab.test();
  for (const number of [1, 2]) await lab.ask(number);
  await lab.tick();
  await lab.prepare();
  await lab.tick();
  expect(await lab.entries()).toEqual(['#1 testing', '#2 testing']);
}
const dies = async () => {
  lab.between.push = lab.between.pushed = null;
  throw new Error('the coordinator is gone');
};
const lost = /^[0-9a-f]{7} was lost with the mirror of acme\/rocket; it is fetched again/;

describe.each([
  ['deleted', isDeleted],
  ['damaged', isDamaged],
])('a mirror that is %s', (_, harm) => {
  test('while a batch is tested has it made and tested anew', async () => {
    await batched();
    const { state } = await lab.batchOf(1, 2);
    await harm();
    // In the same second the same would become the same commit, and be the same run.
    lab.clock.now += 1_000;
    await lab.tick();
    await lab.settle();
    expect(await lab.batches()).toEqual(['1+2 abandoned', '1+2 landed']);
    expect(await lab.entries()).toEqual(['#1 landed', '#2 landed']);
    expect((await lab.runsOf('merge-queue'))[0]).toMatchObject({
      run: state.run,
      jobs: ['default superseded'],
    });
  });

  test('before what has passed is pushed does so too', async () => {
    await batched();
    await lab.test();
    lab.between.push = async () => {
      lab.between.push = null;
      await harm();
    };
    await lab.tick();
    expect(await lab.entries()).toEqual(['#1 landing', '#2 landing']);
    lab.clock.now += limits.mergeAgainMs;
    await lab.settle();
    expect(await lab.batches()).toEqual(['1+2 abandoned', '1+2 landed']);
    expect(await lab.entries()).toEqual(['#1 landed', '#2 landed']);
    expect(lab.warnings.some(words => lost.test(words))).toBe(true);
    expect(lab.warnings.join()).not.toMatch(/GitHub refuses/);
  });

  test('after the push hides nothing that has landed', async () => {
    await batched('{ method: squash, queue: { max-batch: 4 } }');
    await lab.test();
    lab.between.pushed = dies;
    await expect(lab.tick()).rejects.toThrow('the coordinator is gone');
    await harm();
    lab.restart();
    await lab.settle();
    expect(await lab.batches()).toEqual(['1+2 landed']);
    expect(await lab.entries()).toEqual(['#1 landed', '#2 landed']);
    expect(lab.forge.pushes()).toBe(1);
  });
});

test('after the push, when somebody has pushed on top, hides it neither', async () => {
  await batched('{ method: squash, queue: { max-batch: 4 } }');
  await lab.test();
  lab.between.pushed = async () => {
    await lab.forge.make({ name: 'main', files: { foreign: '1' }, on: 'main' });
    await dies();
  };
  await expect(lab.tick()).rejects.toThrow('the coordinator is gone');
  await isDeleted();
  lab.restart();
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 landed', '#2 landed']);
});

test('batches that were tested ahead go with the one that they are built on', async () => {
  lab = await openMergeLab('{ queue: { max-batch: 1, depth: 2 } }');
  await lab.open({ 1: { one: '1' }, 2: { two: '2' } });
  await lab.prepare();
  await lab.test();
  for (const number of [1, 2]) await lab.ask(number);
  await lab.tick();
  expect(await lab.batches()).toEqual(['1 testing', '2 testing']);
  await isDeleted();
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 landed', '#2 landed']);
  expect((await lab.batches()).filter(text => text.endsWith('failed'))).toEqual([]);
});

test('while the forge cannot be fetched from, what is lost waits and is not blamed', async () => {
  await batched();
  await isDeleted();
  const forge = await lab.forge.git(['rev-parse', '--absolute-git-dir']);
  await rename(forge, `${forge}.away`);
  await lab.tick();
  expect(lab.warnings.some(words => lost.test(words))).toBe(true);
  expect(lab.warnings.at(-1)).toMatch(/^cannot fetch/);
  expect(await lab.entries()).toEqual(['#1 waiting', '#2 waiting']);
  await rename(`${forge}.away`, forge);
  lab.clock.now += limits.mergeAgainMs;
  await lab.settle();
  expect(await lab.entries()).toEqual(['#1 landed', '#2 landed']);
});

describe('in the mirror', () => {
  const kept = async () => {
    const child = lab.mirrors.startGit(path.basename(await mirrorOf(), '.git') as never, {
      args: ['for-each-ref', '--format=%(objectname)', 'refs/paddock/commits'],
    });
    child.stdin.end();
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(chunk);
    await child.ended;
    return Buffer.concat(chunks).toString().split('\n').filter(Boolean).toSorted();
  };

  test('a batch that was merged and came to nothing keeps nothing', async () => {
    lab = await openMergeLab('{ queue: { max-batch: 4 } }');
    await lab.open({ 1: { one: '1' }, 2: { two: '2' } });
    await lab.prepare();
    await lab.test();
    for (const number of [1, 2]) await lab.ask(number);
    let before: string[] = [];
    lab.between.merged = async () => {
      lab.between.merged = null;
      before = await kept();
      await lab.withdraw(1);
    };
    await lab.tick();
    expect(await lab.batches()).toEqual([]);
    expect(await kept()).toEqual(before);
    await lab.tick();
    expect(await lab.batches()).toEqual(['2 testing']);
    expect(await kept()).toEqual([...before, (await lab.batchOf(2)).commit].toSorted());
  });

  test('a batch whose builder died before it was kept is kept by the next look', async () => {
    await batched();
    const { commit } = await lab.batchOf(1, 2);
    const known = path.basename(await mirrorOf(), '.git') as never;
    await lab.mirrors.dropCommit(known, commit, new AbortController().signal);
    await lab.tick();
    expect(await kept()).toContain(commit);
    await lab.settle();
    expect(await lab.batches()).toEqual(['1+2 landed']);
  });
});
