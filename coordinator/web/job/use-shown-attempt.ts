import { useState } from 'react';
import type { AttemptView, JobView } from '#shared/api.ts';

/**
 * The attempt that the address names; otherwise the newest, and that one stays while it is read: another attempt
 * announces itself and is not pushed in front of it.
 */
export function useShownAttempt(job: JobView, number: number | undefined): AttemptView | undefined {
  const newest = job.history.at(-1);
  const [first, setFirst] = useState({ job: job.id, number: newest?.number });
  const wanted = number ?? (first.job === job.id ? first.number : undefined);
  if (first.job !== job.id || (first.number === undefined && newest))
    setFirst({ job: job.id, number: newest?.number });
  return job.history.find(attempt => attempt.number === wanted) ?? newest;
}
