import { expect, test } from 'vitest';
import { findRepositoryByName } from '#coordinator/store/repositories.ts';
import { openLab } from '../support/brain-lab.ts';
import { openForgeLab } from '../support/forge-lab.ts';

const told = (action: string, fullName: string, isPrivate: boolean) => ({
  event: 'repository',
  repository: fullName,
  payload: {
    action,
    repository: {
      id: 7,
      full_name: fullName,
      clone_url: `https://github.example.org/${fullName}.git`,
      private: isPrivate,
      default_branch: 'main',
    },
  },
});

test('a repository is private here as soon as GitHub says so, and public again', async () => {
  const lab = await openLab();
  const forge = openForgeLab(lab);
  try {
    await forge.land(2);
    const isPrivate = async () => (await findRepositoryByName(lab.store.read, 'acme/rocket'))?.isPrivate;
    expect(await isPrivate()).toBe(false);
    expect(await forge.deliver(told('privatized', 'acme/rocket', true))).toEqual([
      ['acted-on', 'acme/rocket is private now'],
    ]);
    expect(await isPrivate()).toBe(true);
    await forge.deliver(told('publicized', 'acme/rocket', false));
    expect(await isPrivate()).toBe(false);
  } finally {
    await forge.close();
  }
});

test('one that was never heard of does not become known by that, and other events of it change nothing', async () => {
  const lab = await openLab();
  const forge = openForgeLab(lab);
  try {
    const [[verdict] = []] = await forge.deliver(told('publicized', 'acme/other', false));
    expect(verdict).toBe('unknown-repository');
    expect(await findRepositoryByName(lab.store.read, 'acme/other')).toBeNull();
    const [[other] = []] = await forge.deliver(told('edited', 'acme/other', false));
    expect(other).toBe('not-acted-on');
  } finally {
    await forge.close();
  }
});
