/** Whose code runs: forks of authors whom nobody knows, and of those somebody does. */
import type { GithubLabOptions } from '#test/coordinator/support/github-lab.ts';
import type { Situation } from './rows.ts';

const machines: GithubLabOptions = { isIsolated: true };
const known: GithubLabOptions = { ...machines, policy: ', trust: { authors: [kim] }' };
const merged: GithubLabOptions = { ...machines, policy: ', trust: { previously-merged: true }' };

export const trustSituations: Situation[] = [
  ['fork of a stranger', 'nobody has approved it', 'open-fork', machines],
  ['fork of a stranger', 'every image isolates nothing', 'open-fork'],
  [
    'fork of a stranger',
    'a maintainer comments `/paddock approve`',
    'open-fork settle says-approve pass',
    machines,
  ],
  [
    'fork of a stranger',
    'its author comments `/paddock approve`',
    'open-fork settle author-says-approve',
    machines,
  ],
  ['fork of a stranger', 'pushed to after the approval', 'open-fork settle says-approve pass push', machines],
  ['fork of a stranger', 'closed before the approval', 'open-fork settle close', machines],
  [
    'fork of a stranger',
    'a maintainer pushes its commit to a branch',
    'open-fork settle adopt pass',
    machines,
  ],
  ['fork of a known author', 'its job passes', 'open-fork pass', known],
  ['fork of a known author', 'pushed to by somebody else', 'open-fork pass stranger-pushes', known],
  ['fork of a known author', 'the webhook was lost', 'lost:open-fork', known],
  [
    'fork of somebody who has merged',
    'opens the next',
    'open-fork settle says-approve pass merge open-fork-2',
    merged,
  ],
];
