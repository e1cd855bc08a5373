/** Jobs and runs: how they change, who is told of it, which machine takes which, and what merging hangs on them. */

import type { Fleet } from '../fleet/fleet.ts';
import { isolationsOf } from '../fleet/isolation.ts';
import { createReleaseMachine } from '../fleet/machines.ts';
import { poolInForce } from '../fleet/pools.ts';
import { explainWait } from '../queue/explain-wait.ts';
import { createGuests } from '../queue/guests.ts';
import { createJobs } from '../queue/jobs.ts';
import type { LeaseClock } from '../queue/lease-clock.ts';
import { assign } from '../queue/scheduler.ts';
import { createTypicalTimes } from '../queue/typical-times.ts';
import type { BrowsePorts } from '../runs/browse.ts';
import { withCheckRuns } from '../runs/check-runs.ts';
import { createJobStatuses } from '../runs/job-status.ts';
import { createRuns } from '../runs/runs.ts';
import { listHosts } from '../store/hosts.ts';
import type { Tx } from '../store/store.ts';
import { type BrainOptions, hasCheckRuns } from './brain-options.ts';
import { createMergeParts } from './merge-parts.ts';

export type JobParts = ReturnType<typeof createJobParts>;

type Others = { fleet: Fleet; leaseClock: LeaseClock };

export function createJobParts(options: BrainOptions, { fleet, leaseClock }: Others) {
  const { config, store, role, wakeUp, report, now, peopleUrl } = options;
  const waitPorts = waitPortsOf(options, { fleet, leaseClock });
  const browsePorts: BrowsePorts = {
    peopleUrl,
    waitReason: (tx, job) => explainWait(tx, job, waitPorts),
  };
  const plainStatuses = createJobStatuses(browsePorts);
  const statuses = hasCheckRuns(options) ? withCheckRuns(plainStatuses, browsePorts) : plainStatuses;
  /** What has settled may be what a merge waited for. */
  const publishStatus: typeof statuses.publish = async (tx, job, at) => [
    ...(await statuses.publish(tx, job, at)),
    ...(job.state.status === 'settled' ? await merging.jobSettled(tx, job.runId) : []),
  ];
  const { spec } = options.guestPorts;
  const jobs = createJobs({ publishStatus, releaseMachine: createReleaseMachine(spec.secrets) });
  const runs = createRuns({
    publishRefusal: statuses.publishRefusal,
    withdrawRefusal: statuses.withdrawRefusal,
    publishSummary: statuses.publishSummary,
    applyToJob: jobs.apply,
  });
  const merging = createMergeParts({
    ...{ config, store, role, wakeUp, now, report, peopleUrl },
    client: options.mergeClient,
    mirrors: options.mirrors,
    applyToRun: runs.apply,
  });
  const scheduler = { store, jobs, role, logOwner: options.coordinator, spec, now };
  const assignJobs = (tx: Tx) => assign(scheduler, tx);
  const guests = createGuests({
    ...{ store, jobs, wakeUp, now },
    clock: leaseClock,
    refused: options.refused,
    ports: { ...options.guestPorts, publishProgress: statuses.publishProgress, assignJobs },
  });
  return { waitPorts, browsePorts, statuses, jobs, runs, merging, scheduler, assignJobs, guests };
}

/** What the sentence of a waiting job is made of. */
const waitPortsOf = ({ catalog, now }: BrainOptions, { fleet, leaseClock }: Others) => ({
  async isUnisolated(tx: Tx, name: string) {
    const pool = (await catalog.pools(tx)).find(({ image }) => image.name === name);
    return pool !== undefined && isolationsOf(pool, await listHosts(tx)).every(each => each === 'none');
  },
  image: async (tx: Tx, name: string) => poolInForce(tx, await catalog.pools(tx), name),
  backoffOf: fleet.backoffOf,
  limitOf: fleet.limitOf,
  isAttentive: leaseClock.isAttentive,
  typicalMs: createTypicalTimes(now),
  now,
});
