import { rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mirrors } from '#coordinator/source/mirror-port.ts';
import type { CommitSha } from '#shared/ids.ts';
import { ensure, git, type Lab, type Origin, openLab, repository, unhurried } from './lab.ts';

let lab: Lab;
let origin: Origin;
let mirrors: Mirrors;
let base: CommitSha;

const committer = { name: 'Paddock', email: 'paddock@example.org' };

beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
  mirrors = lab.mirrors();
  base = await origin.commit({ 'a.txt': 'one\ntwo\nthree\n', 'b.txt': 'b\n' }, 'first');
  await ensure(mirrors, origin.path, base);
});
afterEach(() => lab.close());

/** A branch from the base, with these files, in the mirror. */
async function change(name: string, files: Record<string, string>): Promise<CommitSha> {
  await origin.git('checkout', '--quiet', '-B', name, base);
  const head = await origin.commit(files, `Change ${name}`);
  await origin.git('checkout', '--quiet', 'main');
  await ensure(mirrors, origin.path, head);
  return head;
}

const merge = (heads: CommitSha[], facts: { method?: 'merge' | 'squash'; at?: number } = {}) =>
  mirrors.mergeOnto(
    repository,
    {
      base,
      parts: heads.map(head => ({ head, message: `Merge ${head.slice(0, 7)}` })),
      method: 'merge',
      committer,
      at: 1_700_000_000_000,
      ...facts,
    },
    unhurried,
  );

const inMirror = (...args: string[]) => git(mirrors.directoryOf(repository), args);

describe('changes on a base', () => {
  test('become one merge commit each, in order, with all that they change', async () => {
    const [one, two] = [
      await change('one', { 'a.txt': 'ONE\ntwo\nthree\n' }),
      await change('two', { 'c.txt': 'c\n' }),
    ];
    const results = await merge([one, two]);
    const [first, last] = results.map(result => ('commit' in result ? result.commit : ''));
    expect(await inMirror('show', '--no-patch', '--format=%P', String(last))).toBe(`${first} ${two}`);
    expect(await inMirror('show', '--no-patch', '--format=%P|%an|%ce|%s', String(first))).toBe(
      `${base} ${one}|Paddock|paddock@example.org|Merge ${one.slice(0, 7)}`,
    );
    expect(await inMirror('show', `${last}:a.txt`)).toBe('ONE\ntwo\nthree');
    expect(await inMirror('ls-tree', '--name-only', String(last))).toBe('a.txt\nb.txt\nc.txt');
    // It is served like any other commit, and no forge is asked for it.
    await rm(origin.path, { recursive: true });
    await ensure(mirrors, origin.path, last as CommitSha);
  });

  test('are squashed into one commit each, by their author', async () => {
    const head = await change('one', { 'c.txt': 'c\n' });
    const [result] = await merge([head], { method: 'squash' });
    const commit = result && 'commit' in result ? result.commit : '';
    expect(await inMirror('show', '--no-patch', '--format=%P|%an <%ae>|%cn', commit)).toBe(
      `${base}|Ada <ada@example.com>|Paddock`,
    );
  });

  test('that conflict are left out, with the paths; the others are merged all the same', async () => {
    const one = await change('one', { 'a.txt': 'mine\n', 'b.txt': 'mine\n' });
    const two = await change('two', { 'a.txt': 'yours\n', 'b.txt': 'yours\n' });
    const three = await change('three', { 'c.txt': 'c\n' });
    const results = await merge([one, two, three]);
    expect(results[1]).toEqual({ conflict: ['a.txt', 'b.txt'] });
    expect(results.filter(result => 'commit' in result)).toHaveLength(2);
  });

  test('that change nothing any more, or have no history in common, are left out', async () => {
    const one = await change('one', { 'c.txt': 'c\n' });
    const [merged] = await merge([one]);
    await origin.git('checkout', '--quiet', '--orphan', 'alien');
    const alien = await origin.commit({ 'z.txt': 'z\n' });
    await ensure(mirrors, origin.path, alien);
    const tip = merged && 'commit' in merged ? merged.commit : base;
    const parts = [one, alien].map(head => ({ head, message: 'again' }));
    const plan = { base: tip, parts, method: 'merge' as const, committer, at: 1 };
    expect(await mirrors.mergeOnto(repository, plan, unhurried)).toEqual([
      { isEmpty: true },
      { conflict: [] },
    ]);
  });

  test('are the same commits when they are merged again at the same moment', async () => {
    const heads = [await change('one', { 'c.txt': 'c\n' }), await change('two', { 'd.txt': 'd\n' })];
    expect(await merge(heads)).toEqual(await merge(heads));
    expect(await merge(heads, { at: 5_000 })).not.toEqual(await merge(heads));
  });

  test('cannot write a header of the commit by their names', async () => {
    const head = await change('one', { 'c.txt': 'c\n' });
    const plan = { base, parts: [{ head, message: 'm' }], method: 'merge' as const, at: 1_000 };
    const evil = { name: 'x\nparent 0000', email: 'a> b\n<c' };
    const [result] = await mirrors.mergeOnto(repository, { ...plan, committer: evil }, unhurried);
    const commit = result && 'commit' in result ? result.commit : '';
    expect(await inMirror('show', '--no-patch', '--format=%P', commit)).toBe(`${base} ${head}`);
  });
});

describe('a branch of the forge', () => {
  let forge: string;
  let commit: CommitSha;
  const branch = (name = 'main') => ({ repository, cloneUrl: forge, branch: name });
  const push = (from = base) => mirrors.pushBranch({ ...branch(), from, commit }, unhurried);
  const tip = () => mirrors.branchTip(branch(), unhurried);

  beforeEach(async () => {
    forge = lab.freshPath('forge');
    await git(lab.dir, ['clone', '--quiet', '--bare', origin.path, forge]);
    const [result] = await merge([await change('one', { 'c.txt': 'c\n' })]);
    if (!result || !('commit' in result)) throw new Error('it did not merge');
    commit = result.commit;
  });

  test('is read, and moved forward to what was merged', async () => {
    expect(await tip()).toBe(base);
    expect(await push()).toEqual({ type: 'pushed' });
    expect(await tip()).toBe(commit);
    // A coordinator that died before it wrote this down says it again.
    expect(await push()).toEqual({ type: 'pushed' });
  });

  test('that somebody else has moved is left alone, also where it was moved back', async () => {
    const before = await origin.git('commit-tree', '-m', 'older', `${base}^{tree}`);
    await git(forge, ['fetch', '--quiet', origin.path, `+${before}:refs/heads/main`]);
    expect(await push()).toEqual({ type: 'moved' });
    expect(await tip()).toBe(before);
  });

  test('that is protected says so in the words of the forge', async () => {
    const hook = `#!/bin/sh\necho 'GH006: Protected branch update failed for refs/heads/main.' >&2\nexit 1\n`;
    await writeFile(`${forge}/hooks/pre-receive`, hook, { mode: 0o755 });
    expect(await push()).toEqual({
      type: 'refused',
      message: expect.stringContaining('GH006: Protected branch'),
    });
    expect(await tip()).toBe(base);
  });

  test('that is not there is null; a forge that is not there is an error', async () => {
    expect(await mirrors.branchTip(branch('nothing'), unhurried)).toBeNull();
    await rm(forge, { recursive: true });
    await expect(tip()).rejects.toMatchObject({ name: 'SourceError' });
    await expect(push()).rejects.toMatchObject({ name: 'SourceError' });
  });

  test('that no branch could be called is refused before git sees it', async () => {
    for (const name of ['--upload-pack=x', 'a b', 'a..b', 'x:y'])
      await expect(mirrors.branchTip(branch(name), unhurried)).rejects.toThrow('is no name of a branch');
  });
});
