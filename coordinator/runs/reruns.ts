/** A re-run that was asked for on GitHub. */

import { statusContext } from '#shared/forge-status.ts';
import type { RepositoryId } from '#shared/ids.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { listJobsOfCommit } from '../store/jobs.ts';
import { findRepositoryByName } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { listRunsOfCommit, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import type { RerunRequested } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled, notActed, unknownRepository } from './intake-ports.ts';

/** The jobs whose status has that name, or whatever did not pass: of the run whose check it is, else of every run of the commit. */
export async function rerunRequested(
  { store, role, runs, policyFor, applyToJob, now }: ChangeParts,
  { repository: { fullName }, headSha, check }: RerunRequested,
): Promise<Handled> {
  if (!policyFor(fullName)) return unknownRepository(fullName);
  return store.write(async tx => {
    await assertRole(tx, role);
    const repository = await findRepositoryByName(tx, fullName);
    const jobs = repository && check ? await listJobsOfCommit(tx, repository.id, headSha) : [];
    const named = jobs.filter(job => statusContext(job.image, job.suite) === check?.name);
    const event = { type: 'rerun-requested', at: now() } as const;
    const wakes: Wake[] = [];
    for (const { id } of named) wakes.push(...(await applyToJob(tx, id, event)).wakes);
    if (named.length === 0 && repository)
      for (const { id } of await meantRuns(tx, repository.id, headSha, check?.externalId ?? null))
        wakes.push(...(await runs.apply(tx, id, event)).wakes);
    const commit = shortCommit(headSha);
    return wakes.length > 0
      ? acted(`runs again at ${commit}`, wakes)
      : notActed(`nothing to run again at ${commit}`);
  });
}

async function meantRuns(
  tx: Tx,
  repository: RepositoryId,
  commit: Run['commit'],
  id: string | null,
): Promise<Run[]> {
  const all = await listRunsOfCommit(tx, repository, commit);
  const named = all.filter(run => run.id === id);
  return named.length > 0 ? named : all;
}
