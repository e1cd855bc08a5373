/** What a run is trusted with, for people. */
import * as z from 'zod';
import { type Admission, type ApprovalView, approvalView, type TrustView } from '#shared/trust.ts';
import { type EventRecord, listEventsOfRun } from '../store/events.ts';
import type { Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';

type Judged = Pick<Run, 'id' | 'isTrusted' | 'admission' | 'purpose' | 'ref'>;

export async function viewTrust(tx: Tx, run: Judged): Promise<TrustView> {
  const events = run.isTrusted ? [] : await listEventsOfRun(tx, run.id, 'run.approved');
  return {
    isTrusted: run.isTrusted,
    ...(run.admission ?? usualAdmission(run)),
    approvals: events.map(approvalOf),
  };
}

function usualAdmission({ isTrusted, purpose, ref }: Judged): Admission {
  if (!isTrusted) return { runsAtOnce: false, why: 'it comes from a fork' };
  const whys: Record<Run['purpose'], string> = {
    landed: `it has landed on ${ref}`,
    'merge-group': 'GitHub made it for its merge queue',
    'merge-queue': 'all of it may be merged, and somebody asked for that',
    manual: 'it was started by hand',
    change: 'it was pushed to the repository itself',
  };
  return { runsAtOnce: true, why: whys[purpose] };
}

const approved = z.object({
  commit: approvalView.shape.commit,
  by: z.discriminatedUnion('way', [
    z.object({ way: z.literal('token') }),
    z.object({ way: z.literal('session') }),
    z.object({ way: z.literal('comment'), login: z.string() }),
  ]),
});

/** Which browser it was is nobody else's business. */
function approvalOf({ at, data }: EventRecord): ApprovalView {
  const { commit, by } = approved.parse(data);
  const names = { token: 'the administrators’ token', session: 'an administrator in a browser' };
  return { at, commit, by: by.way === 'comment' ? `${by.login} in a comment` : names[by.way] };
}
