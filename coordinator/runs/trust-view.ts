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
    z.object({ way: z.enum(['person', 'api-token']), name: z.string() }),
    z.object({ way: z.enum(['comment', 'button']), login: z.string() }),
  ]),
});

/** Which browser it was is nobody else's business. */
function approvalOf({ at, data }: EventRecord): ApprovalView {
  const { commit, by } = approved.parse(data);
  switch (by.way) {
    case 'token':
      return { at, commit, by: 'the administrators’ token' };
    case 'session':
      return { at, commit, by: 'an administrator in a browser' };
    case 'person':
    case 'api-token':
      return { at, commit, by: by.name };
    case 'comment':
      return { at, commit, by: `${by.login} in a comment` };
    case 'button':
      return { at, commit, by: `${by.login} by the button of its check` };
  }
}
