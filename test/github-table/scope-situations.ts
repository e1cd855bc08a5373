/** Which jobs a commit gets: paths, markers, a matrix, the base that it is for. */
import type { GithubLabOptions } from '#test/coordinator/support/github-lab.ts';
import type { Situation } from './rows.ts';

const required: GithubLabOptions = { image: ', serves: { gate: required }' };
const branches = ', branches: [main, next]';
const both: GithubLabOptions = { policy: branches };

export const scopeSituations: Situation[] = [
  ['suite with `paths`', 'nothing of it changed', 'open:docs pass'],
  ['suite with `paths`', 'something of it changed', 'open:code pass'],
  ['suite with `paths`', 'nothing of it changed, and a merge waits for it', 'open:docs pass', required],
  ['suite with a matrix', 'one of its jobs fails', 'open:matrix fail-clang'],
  ['commit with [skip ci]', 'on a pull request', 'open:skip'],
  ['commit with [skip ci]', 'on a pull request, and a merge waits for it', 'open:skip', required],
  ['commit with [skip ci]', 'on main', 'push-main:skip'],
  ['another base', 'which asks for more', 'open:next pass retarget', both],
  ['another base', 'which asks for more, and the webhook was lost', 'open:next pass lost:retarget', both],
  [
    'another base',
    'which asks for more that a merge waits for',
    'open:next pass retarget',
    { ...both, ...required },
  ],
  ['another base', 'and back', 'open:next pass retarget settle retarget-back', both],
  [
    'second pull request at the commit',
    'into a branch that asks for more',
    'open:next pass open-again',
    both,
  ],
  [
    'second pull request at the commit',
    'which is closed again',
    'open:next pass open-again settle close-again',
    both,
  ],
];
