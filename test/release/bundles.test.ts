import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentBundles, bundle } from '#coordinator/build/bundle-agents.ts';

const root = path.resolve(import.meta.dirname, '../..');

let elsewhere: string;
beforeEach(async () => {
  elsewhere = await mkdtemp(path.join(os.tmpdir(), 'paddock-another-place-'));
  for (const name of ['agent', 'shared', 'package.json', 'package-lock.json', 'tsconfig.json'])
    await cp(path.join(root, name), path.join(elsewhere, name), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(elsewhere, 'node_modules'));
});
afterEach(() => rm(elsewhere, { recursive: true, force: true }));

test('the agents that are built in another folder have the same digests', async () => {
  for (const plan of agentBundles) {
    const here = await bundle(plan, root);
    const there = await bundle(plan, elsewhere);
    expect([plan.name, there.isNew, there.sha256]).toEqual([plan.name, true, here.sha256]);
  }
}, 120_000);
