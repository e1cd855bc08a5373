import type { RepositoryId, RunId } from '#shared/ids.ts';
import { word } from './rows.ts';
import { type Run, runFrom } from './runs.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

type Asked = { repositoryId: RepositoryId; ref: string; before: RunId; max: number };

const landed = statement((db, { repositoryId, ref, before, max }: Asked) =>
  db
    .selectFrom('run')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .where('ref', '=', ref)
    .where('purpose', '=', word('landed'))
    .where('id', '<', before)
    .orderBy('id', 'desc')
    .limit(max),
);

/** Behind every id. */
const end = 'run_~' as RunId;

/** Runs of commits that a branch has had, newest first; only those that were made before another run, where one is named. */
export async function listLandedRuns(
  tx: Tx,
  { before = end, ...asked }: Omit<Asked, 'before'> & { before?: RunId },
): Promise<Run[]> {
  return (await landed.all(tx, { ...asked, before })).map(runFrom);
}
