/** Where Paddock is an App: the check of each run and its buttons. */
import type { GithubLabOptions } from '#test/coordinator/support/github-lab.ts';
import type { Situation } from './rows.ts';

const app: GithubLabOptions = { isApp: true };
const machines: GithubLabOptions = { isApp: true, isIsolated: true };

export const checkSituations: Situation[] = [
  ['check of a run', 'its job runs', 'open run', app],
  ['check of a run', 'its job passes', 'open pass', app],
  ['check of a run', 'its job fails', 'open fail', app],
  ['check of a run', 'its suite file is wrong', 'open:bad', app],
  ['check of a run', 'it comes from a fork', 'open-fork', machines],
  ['check of a run', 'the older head was overtaken', 'open settle push', app],
  ['check of a run', 'GitHub was away for an hour', 'away open hour back', app],
  ['check of a run', 'GitHub shows it as it was before', 'open pass check-turns-back', app],
  ['check of a run', 'GitHub has lost it', 'open pass check-is-lost', app],
  ['check of a run', 'GitHub has lost it before its job ends', 'open settle check-is-lost pass', app],
  ['"Approve" pressed', 'by a maintainer', 'open-fork settle press-approve', machines],
  ['"Approve" pressed', 'the webhook came twice', 'open-fork settle twice:press-approve', machines],
  [
    '"Approve" pressed',
    'the commit was overtaken',
    'open-fork settle push settle press-approve-of-first',
    machines,
  ],
  ['"Approve" pressed', 'by a stranger', 'open-fork settle stranger-presses-approve', machines],
  ['"Retry failed" pressed', 'by a maintainer', 'open fail press-retry pass', app],
  ['"Re-run" pressed', 'the run has failed', 'open fail rerun-check pass', app],
  ['"Re-run all checks" pressed', 'the run has failed', 'open fail rerun-all-checks pass', app],
];
