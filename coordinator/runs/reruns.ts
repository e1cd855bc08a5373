/** A re-run that was asked for on GitHub. */

import { statusContext } from '#shared/forge-status.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { listJobsOfCommit } from '../store/jobs.ts';
import { findRepositoryByName } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { listRunsOfCommit, type Run } from '../store/runs.ts';
import { refusalToRepeat } from './approve.ts';
import type { RerunRequested } from './forge-intent.ts';
import { acted, type ChangeParts, type Handled, notActed, unknownRepository } from './intake-ports.ts';
import { noteAct } from './note-act.ts';

/** The jobs whose status has that name, or whatever did not pass: of the run whose check it is, else of every run of the commit. */
export async function rerunRequested(
  { store, role, runs, policyFor, applyToJob, now }: ChangeParts,
  { repository: { fullName }, headSha, check, by }: RerunRequested,
): Promise<Handled> {
  if (!policyFor(fullName)) return unknownRepository(fullName);
  return store.write(async tx => {
    await assertRole(tx, role);
    const repository = await findRepositoryByName(tx, fullName);
    const all = repository ? await listRunsOfCommit(tx, repository.id, headSha) : [];
    const isEveryCommit = (name: string) => policyFor(name)?.commits === 'every-commit';
    const refusals = await Promise.all(all.map(run => refusalToRepeat({ isEveryCommit }, tx, run)));
    const allowed = all.filter((_, n) => refusals[n] === null);
    const refusal = refusals.find(each => each !== null);
    if (allowed.length === 0 && refusal) return notActed(refusal);
    const jobs = repository && check ? await listJobsOfCommit(tx, repository.id, headSha) : [];
    const named = jobs.filter(
      ({ image, suite, runId }) =>
        statusContext(image, suite) === check?.name && allowed.some(({ id }) => id === runId),
    );
    const event = { type: 'rerun-requested', at: now() } as const;
    const wakes: Wake[] = [];
    for (const { id } of named) wakes.push(...(await applyToJob(tx, id, event)).wakes);
    if (named.length === 0)
      for (const { id } of meantRuns(allowed, check?.externalId ?? null))
        wakes.push(...(await runs.apply(tx, id, event)).wakes);
    const commit = shortCommit(headSha);
    const subject = check ? `${fullName} ${commit} ${check.name}` : `${fullName} ${commit}`;
    if (wakes.length > 0)
      await noteAct(tx, {
        ...{ at: event.at, act: 'run.rerun', by, repository: fullName, subject },
        after: { commit: headSha },
      });
    return wakes.length > 0
      ? acted(`runs again at ${commit}`, wakes)
      : notActed(`nothing to run again at ${commit}`);
  });
}

function meantRuns(all: readonly Run[], id: string | null): readonly Run[] {
  const named = all.filter(run => run.id === id);
  return named.length > 0 ? named : all;
}
