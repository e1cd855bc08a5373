import { realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveSubject } from '#coordinator/cli/subject.ts';
import { git, type Lab, type Origin, openLab } from '../source/lab.ts';

let lab: Lab;
let origin: Origin;
beforeEach(async () => {
  lab = await openLab();
  origin = await lab.origin();
});
afterEach(() => lab.close());

const here = () => ({ environment: { PATH: process.env.PATH, HOME: lab.dir }, directory: origin.path });

test('the checkout here: its head, its branch, and what is left out', async () => {
  const commit = await origin.commit({ a: '1' }, 'fix overflow\n\nin the parser');
  await writeFile(path.join(origin.path, 'a'), '2');
  expect(await resolveSubject('.', undefined, here())).toEqual({
    request: {
      repository: await realpath(origin.path),
      name: path.basename(origin.path),
      commit,
      ref: 'refs/heads/main',
      title: 'fix overflow',
      author: 'Ada',
    },
    isLocal: true,
    leftOut: { dirtyFiles: ['a'], untrackedFiles: [] },
  });
});

test('another commit is no branch, and the checkout does not matter to it', async () => {
  const first = await origin.commit({ a: '1' });
  await origin.commit({ a: '2' });
  await writeFile(path.join(origin.path, 'a'), '3');
  expect(await resolveSubject('.', 'HEAD~1', here())).toMatchObject({
    request: { commit: first, ref: 'HEAD' },
    leftOut: { dirtyFiles: [] },
  });
});

test('a clone is called what its origin is called, a bare repository after its directory', async () => {
  await origin.commit({ a: '1' });
  const bare = path.join(lab.dir, 'rocket.git');
  await git(lab.dir, ['clone', '--quiet', '--bare', origin.path, bare]);
  await git(bare, ['remote', 'remove', 'origin']);
  expect((await resolveSubject(bare, undefined, here())).request.name).toBe('rocket');
  await origin.git('remote', 'add', 'origin', 'git@example.com:acme/rocket.git');
  expect((await resolveSubject('.', undefined, here())).request.name).toBe('acme/rocket');
});

test('what is too long for a title is cut, not refused', async () => {
  await origin.commit({ a: '1' }, 'ü'.repeat(600));
  expect((await resolveSubject('.', undefined, here())).request.title?.length).toBe(500);
});

test('a URL is another computer’s matter', async () => {
  const commit = await origin.commit({ a: '1' });
  const url = `file://${origin.path}`;
  expect(await resolveSubject(url, 'main', here())).toMatchObject({
    request: { repository: url, commit, ref: 'refs/heads/main' },
    isLocal: false,
  });
});

test('an address with a password in it goes nowhere', async () => {
  const refusal = expect(resolveSubject('https://kim:pw@example.com/a/b', 'main', here())).rejects;
  await refusal.toMatchObject({ code: 'usage', message: expect.not.stringContaining('pw') });
});
