/** What people do with a pull request: a commit in the repository, and the webhooks that GitHub sends of it. */
import assert from 'node:assert/strict';
import type { CommitSha } from '#shared/ids.ts';
import { mergeMessageOf } from '../github-stand-in/pulls.ts';
import type { HookEvent } from '../github-stand-in/records.ts';
import type { Content } from '../origin.ts';
import { flightFiles, roundedFiles, unroundedFiles } from '../rocket.ts';
import { repository, type Stage } from '../stage.ts';
import type { ActId } from './guide.ts';

/** One pull request of the visitor's. */
export type Visit = { number: number; branch: string; isBroken: boolean };

/** Something that was done on GitHub and that Paddock has not heard of yet. */
export type Deed = { visit: Visit; title: string; commit: CommitSha; events: HookEvent[] };

type Push = { message: string; files: Record<string, Content>; isBroken?: boolean; title: string };

const pushes: Record<Exclude<ActId, 'merge' | 'open'>, Push> = {
  break: {
    message: 'Drop the rounding, it looks useless',
    files: unroundedFiles,
    isBroken: true,
    title: 'You pushed a commit that breaks a test',
  },
  fix: {
    message: 'Round half an hour up again',
    files: roundedFiles,
    isBroken: false,
    title: 'You pushed the fix',
  },
  // The formula stays what it is, right or wrong.
  long: {
    message: 'Fly for a minute and tell about it',
    files: flightFiles,
    title: 'You pushed a commit with a long, colourful log',
  },
};

const firstMessage = 'Shift instead of multiplying';

/** A pull request whose formula forgets to round. */
export async function openVisit({ origin, github }: Stage, branch: string): Promise<Deed> {
  const commit = await origin.commit(branch, firstMessage, unroundedFiles);
  const pushed = github.push({ repository, branch, commits: [{ sha: commit, message: firstMessage }] });
  const { number, events } = github.openPull({ repository, branch, title: firstMessage });
  const title = `Pull request #${number} is yours; its formula forgets to round`;
  return { visit: { number, branch, isBroken: true }, title, commit, events: [...pushed, ...events] };
}

export async function pushTo(
  { origin, github }: Stage,
  visit: Visit,
  act: keyof typeof pushes,
): Promise<Deed> {
  const { branch } = visit;
  const { message, files, title, isBroken = visit.isBroken } = pushes[act];
  const commit = await origin.commit(branch, message, files);
  const events = github.push({ repository, branch, commits: [{ sha: commit, message }] });
  return { visit: { ...visit, isBroken }, title, commit, events };
}

export async function mergeVisit({ origin, github }: Stage, visit: Visit): Promise<Deed> {
  const { number, branch } = visit;
  const pull = github.pullRequest(repository, number);
  assert(pull, `there is no pull request ${number}`);
  const mergeSha = await origin.merge(branch, mergeMessageOf(pull));
  const events = github.mergePull({ repository, number, mergeSha, commits: [...pull.commits, mergeSha] });
  return { visit, title: `You merged pull request #${number}`, commit: mergeSha, events };
}
