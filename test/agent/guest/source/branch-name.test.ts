import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { branchName } from '#agent/guest/source/branch-name.ts';

test.each([
  ['refs/heads/main', 'main'],
  ['main', 'main'],
  ['refs/pull/7/head', 'pull/7/head'],
  ['refs/heads/fix/ünïcode', 'fix/ünïcode'],
  ['refs/tags/v1.0', 'tags/v1.0'],
])('%s becomes the branch %s', (ref, branch) => {
  expect(branchName(ref)).toBe(branch);
});

test('"@" is no branch: newer versions of git refuse it, older ones take it', () => {
  expect(branchName('@')).toBeNull();
});

const odd = [
  '-x',
  'HEAD',
  '',
  'a..b',
  'a b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[b',
  'a\\b',
  'a@{1}',
  '/a',
  'a/',
];
const odder = [
  'a//b',
  '.a',
  'a/.b',
  'a.',
  'a.lock',
  'a.lock/b',
  'a\u0007b',
  'a.b',
  'a@b',
  'a-b',
  'a/b.c',
  'lock',
];

function isBranchForGit(name: string): boolean {
  try {
    execFileSync('git', ['check-ref-format', '--branch', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.each([...odd, ...odder])('git agrees about the branch name %j', name => {
  expect(branchName(name) !== null).toBe(isBranchForGit(name));
});

test('the short name of HEAD is no branch, though git would allow it', () => {
  expect(branchName('@')).toBeNull();
});
