/** Where GitHub and the coordinator's rows contradict each other, once all is quiet: a sentence each. */
import { checkStanding } from '#coordinator/runs/check-runs.ts';
import { findLastWrite } from '#coordinator/store/forge-writes.ts';
import { type Job, listJobsOfRuns } from '#coordinator/store/jobs.ts';
import { listKnownChanges, listLanded } from '#coordinator/store/known-heads.ts';
import { findRepositoryByName } from '#coordinator/store/repositories.ts';
import { listRuns, listRunsOfCommit, type Run } from '#coordinator/store/runs.ts';
import { findLastStatusWrite } from '#coordinator/store/status-writes.ts';
import {
  forgeStateOf,
  speakersOf,
  statusContext,
  summaryContext,
  summaryStateOf,
} from '#shared/forge-status.ts';
import type { CommitSha, RepositoryId } from '#shared/ids.ts';
import { type GithubLab, repository } from '../../support/github-lab.ts';

/** `branches`: those that are tested. `first`: where they stood before anybody watched. */
export type Expectation = {
  branches: readonly string[];
  first: string;
  isSuperseding: boolean;
  /** Where Paddock is an App there is one check for each run; `may-be-two`: where questions were answered by a GitHub that lags. */
  checks?: 'one' | 'may-be-two';
};

export async function mismatches(lab: GithubLab, expected: Expectation): Promise<string[]> {
  const known = await findRepositoryByName(lab.store.read, repository);
  if (!known) return ['the repository is not known'];
  const problems = [
    ...(await pullProblems(lab, known.id, expected)),
    ...(await branchProblems(lab, known.id, expected)),
    ...(await pendingProblems(lab, known.id)),
    ...(expected.checks ? await checkProblems(lab, known.id, expected) : []),
  ];
  return expected.isSuperseding ? [...problems, ...(await outdatedProblems(lab, known.id))] : problems;
}

const name = (sha: string): number => Number.parseInt(sha, 16);

async function pullProblems(lab: GithubLab, id: RepositoryId, { branches }: Expectation): Promise<string[]> {
  const problems: string[] = [];
  const pulls = lab.github.pullRequests(repository);
  const changes = await listKnownChanges(
    lab.store.read,
    id,
    pulls.map(({ number }) => number),
  );
  for (const { number, state, head, base } of pulls) {
    const change = changes.find(each => each.number === number);
    const isOpen = state.status === 'open' && branches.includes(base.branch);
    if (isOpen !== (change?.state === 'open'))
      problems.push(`#${number} is ${state.status} into ${base.branch}, and here ${change?.state}`);
    if (state.status === 'merged' && change && change.state !== 'merged' && branches.includes(base.branch))
      problems.push(`#${number} was merged, and here ${change.state}`);
    if (state.status === 'merged' && change?.state === 'merged') {
      const mergeSha = state.mergeSha as CommitSha;
      if (!(await listLanded(lab.store.read, id, [mergeSha])).has(mergeSha))
        problems.push(`#${number} has landed as ${name(mergeSha)}, which has no run`);
    }
    if (!isOpen) continue;
    if (change?.headSha !== head.sha)
      problems.push(`#${number} is at ${name(head.sha)}, and here at ${name(change?.headSha ?? '')}`);
    problems.push(...(await headProblems(lab, id, head.sha as CommitSha, `#${number}`, 'change')));
  }
  return problems;
}

async function branchProblems(
  lab: GithubLab,
  id: RepositoryId,
  { branches, first }: Expectation,
): Promise<string[]> {
  const problems: string[] = [];
  for (const branch of branches) {
    const head = lab.github.branches(repository).get(branch);
    if (head && head !== first)
      problems.push(...(await headProblems(lab, id, head as CommitSha, branch, 'landed')));
  }
  return problems;
}

/** It has its run, nobody has taken its jobs back, and GitHub shows what they say, in the words that were sent last. */
async function headProblems(
  lab: GithubLab,
  id: RepositoryId,
  commit: CommitSha,
  what: string,
  purpose: Run['purpose'],
): Promise<string[]> {
  const runs = await listRunsOfCommit(lab.store.read, id, commit);
  if (!runs.some(run => run.purpose === purpose && run.state.status === 'planned'))
    return [`${what} at ${name(commit)} has no planned run: ${runs.map(({ state }) => state.status)}`];
  const jobs = await listJobsOfRuns(
    lab.store.read,
    runs.map(run => run.id),
  );
  const speakers = speakersOf(jobs);
  const problems = summaryProblem(lab, commit, what, speakers);
  for (const job of speakers) {
    const context = statusContext(job.image, job.suite);
    const place = `${what} at ${name(commit)}, ${context}`;
    const { state } = job;
    if (state.status === 'settled' && (state.outcome === 'cancelled' || state.outcome === 'superseded'))
      problems.push(`${place} is ${state.outcome}: ${state.message}`);
    const shown = lab.fake.statusOf(repository, commit, context);
    const written = await findLastStatusWrite(lab.store.read, { repository, commit }, context);
    if (shown?.state !== forgeStateOf(state))
      problems.push(`${place} is ${forgeStateOf(state)}, and GitHub shows ${shown?.state}`);
    if (shown?.description !== written?.payload.description)
      problems.push(`${place}: GitHub shows "${shown?.description}", not "${written?.payload.description}"`);
  }
  return problems;
}

/** Of each head, and nobody waits for a check that nothing will end. */
async function checkProblems(
  lab: GithubLab,
  id: RepositoryId,
  { branches, first, checks }: Expectation,
): Promise<string[]> {
  const heads = [
    ...lab.github
      .pullRequests(repository)
      .filter(({ state, base }) => state.status === 'open' && branches.includes(base.branch))
      .map(({ head }) => head.sha),
    ...branches.map(branch => lab.github.branches(repository).get(branch) ?? first),
  ];
  const all = await listRuns(lab.store.read, {
    ...{ max: 9_999, before: null, repository: id, sight: null },
  });
  const problems: string[] = [];
  for (const run of all) {
    const jobs = await listJobsOfRuns(lab.store.read, [run.id]);
    if (jobs.length === 0) continue;
    const key = { kind: 'check', repository, subject: run.commit, context: run.id } as const;
    const written = await findLastWrite(lab.store.read, key);
    const shown = lab.github
      .checksOf(repository, run.commit)
      .filter(({ externalId }) => externalId === run.id);
    const newest = shown.at(-1);
    const place = `the check of ${name(run.commit)} (${run.purpose})`;
    if (checks === 'one' && shown.length > 1) problems.push(`${place} is there ${shown.length} times`);
    // What GitHub would not take of a commit that is no head is offered again for a day only.
    if (!heads.includes(run.commit) && written?.status === 'dead') continue;
    const standing = checkStanding(run, jobs);
    const due = standing.status === 'completed' ? standing.conclusion : standing.status;
    const is = newest?.state.status === 'completed' ? newest.state.conclusion : newest?.state.status;
    if (is !== due) problems.push(`${place} is ${due}, and GitHub shows ${is}`);
    else if (newest?.output.title !== written?.payload.title)
      problems.push(`${place}: GitHub shows "${newest?.output.title}", not "${written?.payload.title}"`);
  }
  return problems;
}

/** What is required of it is summed up. */
function summaryProblem(lab: GithubLab, commit: CommitSha, what: string, speakers: readonly Job[]): string[] {
  const required = speakers.filter(({ definition }) => definition.gate === 'required');
  const state = required.length > 0 ? summaryStateOf(required.map(job => job.state)) : undefined;
  const shown = lab.fake.statusOf(repository, commit, summaryContext)?.state;
  const place = `${what} at ${name(commit)}, ${summaryContext}`;
  return shown === state ? [] : [`${place} is ${state}, and GitHub shows ${shown}`];
}

/** Nobody waits for a status that nothing will end. */
async function pendingProblems(lab: GithubLab, id: RepositoryId): Promise<string[]> {
  const problems: string[] = [];
  const newest = new Map(lab.fake.statuses().map(status => [`${status.sha} ${status.context}`, status]));
  for (const { sha, context, state } of newest.values()) {
    if (state !== 'pending') continue;
    const runs = await listRunsOfCommit(lab.store.read, id, sha as CommitSha);
    const jobs = await listJobsOfRuns(
      lab.store.read,
      runs.map(run => run.id),
    );
    const speaking =
      context === summaryContext
        ? jobs.filter(({ definition }) => definition.gate === 'required')
        : jobs.filter(job => statusContext(job.image, job.suite) === context);
    const isLive = speaking.some(job => job.state.status !== 'settled');
    // What GitHub would not take of a commit that is no head is not offered again; `paddock status` lists it.
    const written = await findLastStatusWrite(
      lab.store.read,
      { repository, commit: sha as CommitSha },
      context,
    );
    if (!isLive && written?.status !== 'dead')
      problems.push(`${context} at ${name(sha)} is pending, and no job is live`);
  }
  return problems;
}

/** Under `supersede` nothing runs for heads that are none any more. */
async function outdatedProblems(lab: GithubLab, id: RepositoryId): Promise<string[]> {
  const { store } = lab;
  const heads = new Set(
    (await listKnownChanges(store.read, id, [])).filter(({ state }) => state === 'open').map(c => c.headSha),
  );
  const all = await listRuns(store.read, { max: 9_999, before: null, repository: id, sight: null });
  // What was merged is tested to its end: nobody has taken it back.
  const merged = new Set(
    lab.github
      .pullRequests(repository)
      .flatMap(({ state, head }) => (state.status === 'merged' ? [head.sha] : [])),
  );
  const outdated = all.filter(
    ({ purpose, commit }) => purpose === 'change' && !heads.has(commit) && !merged.has(commit),
  );
  const jobs = await listJobsOfRuns(
    store.read,
    outdated.map(run => run.id),
  );
  return jobs
    .filter(({ state }) => state.status !== 'settled')
    .map(job => {
      const run = outdated.find(each => each.id === job.runId);
      return `a job of ${name(run?.commit ?? '')} is ${job.state.status}, which is no head any more`;
    });
}
