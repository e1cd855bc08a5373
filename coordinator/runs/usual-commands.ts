/** The commands that Paddock knows by itself: `test`, `retry`, `cancel`, `approve`. */

import type { CommitSha } from '#shared/ids.ts';
import { isOutOfScope, isSatisfied, type JobRequest } from '#shared/job.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { type Job, listJobsOfRun } from '../store/jobs.ts';
import { listRunsOfCommit, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { approveRun } from './approve.ts';
import { type Answer, type Asked, type CommentCommand, refused, takesNothing } from './comment-command.ts';
import { listHeads } from './heads-of.ts';
import { runAgain } from './run-again.ts';
import type { Runs } from './runs.ts';

export type CommandParts = {
  runs: Runs;
  applyToJob(tx: Tx, job: Job['id'], event: JobRequest): Promise<{ wakes: Wake[] }>;
  isEveryCommit(fullName: string): boolean;
};

export const usualCommands = (parts: CommandParts): CommentCommand[] => [
  {
    name: 'test',
    act: 'run.rerun',
    takes: '',
    about: 'tests the head again, all of it',
    isForAuthors: true,
    isFit: takesNothing,
    run: (tx, asked) => again(parts, tx, asked, ({ state }) => !isOutOfScope(state)),
  },
  {
    name: 'retry',
    act: 'run.rerun',
    takes: '',
    about: 'runs again what did not pass',
    isForAuthors: true,
    isFit: takesNothing,
    run: (tx, asked) => again(parts, tx, asked, ({ state }) => !isSatisfied(state)),
  },
  {
    name: 'cancel',
    act: 'change.cancel',
    takes: '',
    about: 'stops everything of this pull request',
    isForAuthors: true,
    isFit: takesNothing,
    run: (tx, asked) => cancel(parts, tx, asked),
  },
  {
    name: 'approve',
    act: 'run.approve',
    takes: '[commit]',
    about: 'lets a commit from outside run, without secrets; without a commit the head that you saw',
    isForAuthors: false,
    isFit: ([commit, ...more]) =>
      more.length === 0 && (commit === undefined || /^[0-9a-f]{7,64}$/i.test(commit)),
    run: (tx, asked) => approve(parts, tx, asked),
  },
];

export const runOfCommit = async (
  tx: Tx,
  { repository }: Pick<Asked, 'repository'>,
  commit: CommitSha,
): Promise<Run | undefined> =>
  (await listRunsOfCommit(tx, repository.id, commit)).find(({ purpose }) => purpose === 'change');

async function again(
  parts: CommandParts,
  tx: Tx,
  asked: Asked,
  isMeant: (job: Job) => boolean,
): Promise<Answer> {
  const { headSha } = asked.change;
  const run = await runOfCommit(tx, asked, headSha);
  return run
    ? runAgain(parts, tx, run, asked.at, isMeant)
    : refused(`there is no run of ${shortCommit(headSha)}; push again`);
}

async function cancel({ runs }: CommandParts, tx: Tx, { change, comment, at }: Asked): Promise<Answer> {
  const message = `cancelled by ${comment.author} in a comment`;
  const wakes: Wake[] = [];
  for (const run of await listHeads(tx, change, [change.headSha])) {
    const event = { type: 'cancel-requested', at, reason: 'cancelled', message } as const;
    if (await isUnderWay(tx, run)) wakes.push(...(await runs.applyTo(tx, run, event)).wakes);
  }
  return wakes.length > 0
    ? { done: `#${change.number} is cancelled`, wakes }
    : refused(`nothing of #${change.number} is under way`);
}

const isUnderWay = async (tx: Tx, { id, state }: Run): Promise<boolean> =>
  state.status === 'preparing' || (await listJobsOfRun(tx, id)).some(job => job.state.status !== 'settled');

async function approve(parts: CommandParts, tx: Tx, asked: Asked): Promise<Answer> {
  const found = await meantCommit(tx, asked);
  if ('refused' in found) return found;
  const { commit } = found;
  const run = await runOfCommit(tx, asked, commit);
  if (!run) return refused(`there is no run of ${shortCommit(commit)}, so nothing was approved`);
  const by = { way: 'comment', login: asked.comment.author } as const;
  const { wakes, rejected } = await approveRun(parts, tx, run.id, { commit, by, at: asked.at });
  if (rejected) return refused(rejected.message);
  return wakes.length > 0
    ? { done: `${shortCommit(commit)} is approved`, wakes }
    : refused(`nothing of ${shortCommit(commit)} waits for an approval`);
}

/** The one that is named, else the head if it is the one that the comment's author could have looked at. */
async function meantCommit(
  tx: Tx,
  { change, words: [named], ...asked }: Asked,
): Promise<{ commit: CommitSha } | { refused: string }> {
  if (named === undefined) return headAsSeen({ change, ...asked });
  const runs = await listHeads(tx, change, [change.headSha]);
  const commits = new Set([change.headSha, ...runs.map(({ commit }) => commit)]);
  const [commit, ...others] = [...commits].filter(each => each.startsWith(named.toLowerCase()));
  const pull = `#${change.number} (it is at ${shortCommit(change.headSha)} now)`;
  if (!commit) return { refused: `no commit of ${pull} begins with ${named.toLowerCase()}` };
  return others.length === 0
    ? { commit }
    : { refused: `more than one commit of ${pull} begins with ${named.toLowerCase()}` };
}

/**
 * A push between the look and the comment must not be approved by it. What is told of a pull request last was told at
 * `updatedAt`, with this head; if that was before the comment, and the head is still the same, it was the head then. The
 * forge's clock is in whole seconds: within the same one nobody can tell.
 */
function headAsSeen({
  change,
  headNow,
  comment,
}: Pick<Asked, 'change' | 'headNow' | 'comment'>): { commit: CommitSha } | { refused: string } {
  const { headSha, updatedAt, number } = change;
  if (headSha === headNow && updatedAt < comment.createdAt) return { commit: headSha };
  return {
    refused: `#${number} is at ${shortCommit(headNow)} now, and that may be newer than what you looked at, so nothing was approved; look at it, and name it: \`/paddock approve ${shortCommit(headNow)}\``,
  };
}
