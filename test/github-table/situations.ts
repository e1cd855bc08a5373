/**
 * Event × situation, one line each: what happens (the words are in `scene.ts`), and how the repository is configured where
 * that is not usual. `npm run github-table` prints what GitHub shows afterwards.
 */
import type { GithubLabOptions } from '#test/coordinator/support/github-lab.ts';
import { checkSituations } from './check-situations.ts';
import { mergeSituations } from './merge-situations.ts';
import type { Situation } from './rows.ts';
import { scopeSituations } from './scope-situations.ts';
import { trustSituations } from './trust-situations.ts';

const required: GithubLabOptions = { image: ', serves: { gate: required }' };
const everyCommit: GithubLabOptions = { policy: ', commits: every-commit' };
const polling: GithubLabOptions = { hasWebhooks: false };
const pattern: GithubLabOptions = { pattern: 'acme/*' };

export const situations: Situation[] = [
  ['pull request opened', 'no machine is free', 'open'],
  ['pull request opened', 'its job runs', 'open run'],
  ['pull request opened', 'its job passes', 'open pass'],
  ['pull request opened', 'its job fails', 'open fail'],
  ['pull request opened', 'its image is required', 'open pass', required],
  ['pull request opened', 'its suite file is wrong', 'open:bad'],
  ['pull request opened', 'it is a draft', 'open-draft'],
  ['pull request opened', 'it comes from a fork', 'open-fork'],
  ['pull request opened', 'the webhook was lost', 'lost:open'],
  ['pull request opened', 'the webhook came twice', 'twice:open'],
  ['pull request opened', 'there are no webhooks', 'open', polling],
  ['pull request opened', 'the coordinator was stopped', 'stop open start'],
  ['pull request opened', 'GitHub was away for an hour', 'away open hour back'],
  ['pull request opened', 'GitHub refuses the first status', 'refuses open'],
  ['repository of a pattern', 'nothing has told of it', 'stop open start', pattern],
  ['repository of a pattern', 'there are no webhooks', 'open pass', { ...pattern, ...polling }],
  [
    'repository of a pattern',
    'nothing has told the App of it',
    'stop open start',
    { ...pattern, isApp: true },
  ],
  ['push to a pull request', 'the older head is queued', 'open settle push'],
  ['push to a pull request', 'the older head runs', 'open run push'],
  ['push to a pull request', 'the older head has passed', 'open pass push'],
  ['push to a pull request', 'every commit is tested', 'open settle push', everyCommit],
  ['push to a pull request', 'the webhook was lost', 'open settle lost:push'],
  ['push to a pull request', 'the webhooks come in another order', 'late:open push late'],
  ['pull request closed', 'its job is queued', 'open settle close'],
  ['pull request closed', 'its job has passed', 'open pass close'],
  ['pull request closed', 'the coordinator was stopped', 'open settle stop close start'],
  ['pull request reopened', 'its job had been ended', 'open settle close settle reopen'],
  ['pull request reopened', 'the webhook was lost', 'open settle close settle lost:reopen'],
  ['pull request merged', 'its job has passed', 'open pass merge'],
  ['pull request merged', 'its job runs', 'open run merge'],
  ['pull request merged', 'the webhooks were lost', 'open pass lost:merge'],
  ['pull request merged', 'the commit that lands is the head itself', 'open pass fast-forward pass'],
  ['another base', 'which is not tested', 'open settle retarget'],
  ['branch deleted', 'after the merge', 'open pass merge pass delete-branch'],
  ['push to main', 'its job passes', 'push-main pass'],
  ['push to main', 'the webhook was lost', 'lost:push-main pass'],
  ['push to main', 'it is never superseded', 'push-main settle push-main'],
  ['status overwritten', 'by somebody else', 'open pass somebody-writes'],
  ['status left pending', 'for a job that there is no more', 'open pass stale-pending'],
  ['status of another program', 'is none of our business', 'open pass other-program'],
  ...scopeSituations,
  ...trustSituations,
  ...mergeSituations,
  ...checkSituations,
];
