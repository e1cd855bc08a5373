/**
 * A job whose secrets cannot be opened never runs without them. What passes by itself (a key service that does not answer) is
 * waited for within the lease; then the attempt ends, and is tried again as after any failure of the infrastructure. What
 * lasts ends it for good. People who look at the job learn the code; the reason is in the log of the coordinator.
 */

import { limits } from '#shared/limits.ts';
import type { GuestDesired } from '#shared/messages.ts';
import { refusedFor } from '#shared/refusals/work.ts';
import type { Wake } from '../ground/wake.ts';
import { appendEvent } from '../store/events.ts';
import type { GuestParts } from './guest-ports.ts';
import type { EndedLog } from './jobs.ts';
import type { RunSpecRows, SecretsWithheld } from './run-spec.ts';

const nothingRan: EndedLog = {
  seal: { state: 'partial', bytes: 0, reason: 'nothing was run' },
  inline: null,
  marks: [],
  moments: [],
};

export async function withhold(
  { store, jobs, clock, wakeUp, now, refused = () => {} }: GuestParts,
  { attempt, job, machine }: Pick<RunSpecRows, 'attempt' | 'job' | 'machine'>,
  { code, isPassing }: SecretsWithheld,
): Promise<GuestDesired> {
  const at = now();
  if (isPassing && at - attempt.times.leasedAt < limits.secretPatienceMs) return { want: 'idle' };
  const message = `secrets of this job could not be opened (${code}), so nothing was run; an administrator finds the reason in the log of the coordinator`;
  const wakes = await store.write(async (tx): Promise<Wake[]> => {
    const end = { reason: 'setup-failed', permanent: !isPassing, message } as const;
    const refusal = refusedFor('secrets-withheld', code);
    const event = { type: 'finished', at, number: attempt.number, end, refusal } as const;
    const applied = await jobs.apply(tx, job.id, event, nothingRan);
    if ('rejected' in applied) return [];
    await appendEvent(tx, {
      ...{ at, type: 'secrets.withheld', run: job.runId, job: job.id, attempt: attempt.id },
      ...{ machine: machine.id, host: machine.hostId, data: { code } },
    });
    return applied.wakes;
  });
  clock.forget(attempt.id);
  refused('secrets-withheld');
  wakeUp(wakes);
  return { want: 'idle' };
}
