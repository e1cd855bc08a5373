/**
 * How a run that is over stands, kept beside it so that runs can be found by it. It is a function of the rows, worked out
 * anew in every transaction that changes one of them; while anything of a run is open, there is none.
 */
import type { RunId } from '#shared/ids.ts';
import { type JobState, jobState } from '#shared/job.ts';
import { type RunState, standingOf } from '#shared/run.ts';
import { parseColumn, word } from './rows.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

/** Of a run whose jobs have no say; null while they have, or will have. */
export const standingWithoutJobs = (state: RunState): string | null =>
  state.status === 'planned' || state.status === 'preparing' ? null : standingOf(state, []);

/** None as long as one of them is open. */
const settledJobs = statement((db, { id }: { id: RunId }) =>
  db
    .selectFrom('job')
    .select(['id', 'state'])
    .where('run_id', '=', id)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('job as open')
            .select('open.id')
            .where('open.run_id', '=', id)
            .where('open.status', '<>', word('settled')),
        ),
      ),
    ),
);

const put = statement((db, row: { id: RunId; standing: string }) =>
  db
    .updateTable('run')
    .set({ standing: row.standing })
    .where('id', '=', row.id)
    .where('status', '=', word('planned')),
);

const forget = statement((db, { id }: { id: RunId }) =>
  db
    .updateTable('run')
    .set({ standing: null })
    .where('id', '=', id)
    .where('status', '=', word('planned'))
    .where('standing', 'is not', null),
);

/** A job of the run is new, or was or is settled: what it was last counts. */
export async function noteStanding(tx: Tx, id: RunId, { status }: JobState): Promise<void> {
  if (status === 'settled') await findStanding(tx, id);
  else await forget.run(tx, { id });
}

export async function findStanding(tx: Tx, id: RunId): Promise<void> {
  const rows = await settledJobs.all(tx, { id });
  if (rows.length === 0) return;
  const states = rows.map(row => parseColumn(jobState, row.state, `job ${row.id}.state`));
  await put.run(tx, { id, standing: standingOf({ status: 'planned', at: 0 }, states) });
}
