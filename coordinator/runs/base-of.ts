import { findChangeById } from '../store/changes.ts';
import type { Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';

/** The branch that a run is compared with: that a change is made for; of what has landed, the branch itself. */
export async function baseOf(
  tx: Tx,
  { changeId, ref, request }: Pick<Run, 'changeId' | 'ref' | 'request'>,
): Promise<{ ref: string; name: string }> {
  const change = changeId === null ? null : await findChangeById(tx, changeId);
  const base = change?.baseRef ?? request.base?.ref ?? ref;
  return { ref: base, name: base.replace(/^refs\/heads\//, '') };
}
