/** What people do to runs, jobs and merges: each verb in one transaction, refused where it does not go. */
import type { Instant, RunId } from '#shared/ids.ts';
import { type Actor, nameOf } from '../access/actor.ts';
import { type Config, repositoryConfig } from '../config/config.ts';
import type { Wake } from '../ground/wake.ts';
import type { PeopleParts } from '../http/parts.ts';
import { type Approver, approveRun, refusalToRepeat } from '../runs/approve.ts';
import { browseRun } from '../runs/browse.ts';
import { findJob } from '../store/jobs.ts';
import { findRun } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import type { Brain } from './brain.ts';
import type { MergeParts } from './merge-parts.ts';
import { startRun } from './start-run.ts';

export type ActOptions = {
  config: Config;
  store: Store;
  brain: Pick<Brain, 'jobs' | 'runs' | 'browsePorts'> & { merging: Pick<MergeParts, 'ask' | 'withdraw'> };
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

type ActParts = Pick<
  PeopleParts,
  | 'startRun'
  | 'cancelRun'
  | 'rerunRun'
  | 'approveRun'
  | 'cancelJob'
  | 'rerunJob'
  | 'askMerge'
  | 'withdrawMerge'
>;

export function createActParts({ config, store, brain, wakeUp, now }: ActOptions): ActParts {
  const { browsePorts: ports, jobs, runs, merging } = brain;

  const approvals = {
    applyToJob: jobs.apply,
    isEveryCommit: (fullName: string) => repositoryConfig(config, fullName)?.commits === 'every-commit',
  };

  /** Applies a person's verb in one transaction; null when it took, else why not. */
  const act = async (
    apply: Parameters<typeof store.write<{ wakes: Wake[]; rejected?: { message: string } }>>[0],
  ): Promise<string | null> => {
    const result = await store.write(apply);
    wakeUp(result.wakes);
    return result.rejected?.message ?? null;
  };

  /** The same of what runs again, unless it would wait for ever. */
  const repeat = (id: RunId, apply: Parameters<typeof act>[0]): Promise<string | null> =>
    act(async tx => {
      const run = await findRun(tx, id);
      const refusal = run && (await refusalToRepeat(approvals, tx, run));
      return refusal ? { rejected: { message: refusal }, wakes: [] } : apply(tx);
    });

  return {
    async startRun(request, actor) {
      const run = await startRun({ store, now }, request, actor);
      wakeUp([{ type: 'preparation' }]);
      const view = await browseRun(store.read, ports, run, () => true);
      if (!view) throw new Error(`run ${run} is not there after it was made`);
      return view;
    },
    cancelRun: id =>
      act(tx =>
        runs.apply(tx, id, {
          type: 'cancel-requested',
          at: now(),
          reason: 'cancelled',
          message: 'cancelled by hand',
        }),
      ),
    rerunRun: id => repeat(id, tx => runs.apply(tx, id, { type: 'rerun-requested', at: now() })),
    approveRun: (id, commit, actor) =>
      act(tx =>
        approveRun(approvals, tx, id, {
          commit,
          by: approverOf(actor),
          at: now(),
        }),
      ),
    cancelJob: id =>
      act(tx =>
        jobs.apply(tx, id, {
          type: 'cancel-requested',
          at: now(),
          reason: 'cancelled',
          message: 'cancelled by hand',
        }),
      ),
    async rerunJob(id) {
      const job = await findJob(store.read, id);
      if (!job) throw new Error(`there is no job ${id}`);
      return repeat(job.runId, tx => jobs.apply(tx, id, { type: 'rerun-requested', at: now() }));
    },
    askMerge: ({ repository: fullName, number, priority }, { who }) =>
      act(async tx => {
        const ask = { way: 'api', by: who.kind === 'root' ? null : nameOf(who).slice(0, 100) } as const;
        const asked = await merging.ask(tx, {
          ...{ fullName, number, ask },
          ...(priority === undefined ? {} : { priority }),
        });
        return 'refusal' in asked ? { ...asked, rejected: { message: asked.refusal } } : asked;
      }),
    withdrawMerge: ({ repository: fullName, number }, { who }) =>
      act(tx => merging.withdraw(tx, { fullName, number, message: `${nameOf(who)} took it back` })),
  };
}

function approverOf({ who }: Actor): Approver {
  if (who.kind === 'root')
    return who.session === null ? { way: 'token' } : { way: 'session', session: who.session };
  return { way: who.kind === 'token' ? 'api-token' : 'person', name: nameOf(who) };
}
