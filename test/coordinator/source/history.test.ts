import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Mirrors } from '#coordinator/source/mirror-port.ts';
import { commitSha } from '#shared/ids.ts';
import { ensure, type Lab, missingCommit, type Origin, openLab, repository, unhurried } from './lab.ts';

let lab: Lab;
let origin: Origin;
let mirrors: Mirrors;
beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
  mirrors = lab.mirrors();
});
afterEach(() => lab.close());

test('the facts of a commit are its title, author, time, tree and parents', async () => {
  const parent = await origin.commit({ a: '1' });
  const commit = await origin.commit({ a: '2' }, 'Mend the\nwheel\n\nIt squeaked — ünder load.\n');
  await ensure(mirrors, origin.path, commit);
  expect(await mirrors.commitFacts(repository, commit)).toEqual({
    title: 'Mend the',
    message: 'Mend the\nwheel\n\nIt squeaked — ünder load.\n',
    author: 'Ada',
    authoredAt: 1_700_000_000_000,
    tree: await origin.git('rev-parse', 'HEAD^{tree}'),
    parents: [parent],
  });
  await expect(mirrors.commitFacts(repository, missingCommit)).rejects.toMatchObject({
    code: 'not-mirrored',
  });
});

test('a merge has two parents', async () => {
  const base = await origin.commit({ a: '1' });
  await origin.git('checkout', '--quiet', '-b', 'side');
  const side = await origin.commit({ b: '1' });
  await origin.git('checkout', '--quiet', 'main');
  await origin.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'side');
  const merge = commitSha.parse(await origin.git('rev-parse', 'HEAD'));
  await ensure(mirrors, origin.path, merge);
  expect((await mirrors.commitFacts(repository, merge)).parents).toEqual([base, side]);
  const range = { before: base, after: merge, max: 10 };
  expect(await mirrors.commitsBetween(repository, range, unhurried)).toEqual({
    commits: [side, merge],
    isCut: false,
  });
});

test('the commits of a push come oldest first, and the newest stay when there are too many', async () => {
  const commits = [];
  for (const a of ['1', '2', '3', '4', '5']) commits.push(await origin.commit({ a }));
  const [before = missingCommit, after = missingCommit] = [commits[0], commits[4]];
  await ensure(mirrors, origin.path, after);
  const between = (max: number) => mirrors.commitsBetween(repository, { before, after, max }, unhurried);
  expect(await between(4)).toEqual({ commits: commits.slice(1), isCut: false });
  expect(await between(2)).toEqual({ commits: commits.slice(3), isCut: true });
});

test.each(['0'.repeat(40), missingCommit, '--all', 'main'])(
  'a start that is not here (%s) leaves the head alone',
  async before => {
    await origin.commit({ a: '1' });
    const after = await origin.commit({ a: '2' });
    await ensure(mirrors, origin.path, after);
    expect(await mirrors.commitsBetween(repository, { before, after, max: 9 }, unhurried)).toEqual({
      commits: [after],
      isCut: false,
    });
  },
);

test('ancestors are known from strangers', async () => {
  const first = await origin.commit({ a: '1' });
  const second = await origin.commit({ a: '2' });
  await ensure(mirrors, origin.path, second);
  const isAncestor = (a: typeof first, b: typeof first) => mirrors.isAncestor(repository, a, b, unhurried);
  expect([
    await isAncestor(first, second),
    await isAncestor(second, first),
    await isAncestor(first, first),
  ]).toEqual([true, false, true]);
  expect(await isAncestor(missingCommit, first)).toBe(false);
  await expect(isAncestor(first, missingCommit)).rejects.toMatchObject({ code: 'git-failed' });
});
