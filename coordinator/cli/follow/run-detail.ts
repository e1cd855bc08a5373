import { type JobView, jobView, type RunDetail, type RunView } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import type { Client } from '../client.ts';

/** A run with everything about its jobs, a few of them asked for at a time. */
export async function loadDetail(client: Client, run: RunView): Promise<RunDetail> {
  const jobs: JobView[] = [];
  for (let at = 0; at < run.jobs.length; at += limits.cliCallsAtOnce) {
    const batch = run.jobs.slice(at, at + limits.cliCallsAtOnce);
    jobs.push(...(await Promise.all(batch.map(({ id }) => client.get(`/api/v1/jobs/${id}`, jobView)))));
  }
  return { ...run, jobs: jobs.map(({ run: _, ...job }) => job) };
}
