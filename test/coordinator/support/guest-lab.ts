/** Machines as their agents speak: renewals and ends of attempts, over the brain of a lab. */
import type { GuestPorts, VerifiedLog } from '#coordinator/queue/guest-ports.ts';
import { createGuests } from '#coordinator/queue/guests.ts';
import type { Attempt } from '#coordinator/store/attempts.ts';
import type { AttemptPhase } from '#shared/attempt.ts';
import type { MachineId } from '#shared/ids.ts';
import type { AttemptEnd } from '#shared/job.ts';
import { type Finished, type GuestRenewal, PROTOCOL_VERSION } from '#shared/messages.ts';
import type { Lab } from './brain-lab.ts';

export const platform = {
  os: 'linux',
  arch: 'x64',
  node: 'v24',
  hostname: 'guest',
  git: null,
  agent: 'sha256',
};

export const passed: AttemptEnd = { reason: 'exited', exitCode: 0, step: 0, message: 'all passed' };
export const failed: AttemptEnd = {
  reason: 'exited',
  exitCode: 2,
  step: 0,
  message: 'make check exited with 2',
};

export const digest = 'd'.repeat(64);

export function renewalOf(
  machine: MachineId,
  running: Pick<Attempt, 'id' | 'number'> | null,
  { phase = 'steps', step = 0 }: { phase?: AttemptPhase; step?: number | null } = {},
): GuestRenewal {
  const attempt = running && { attempt: running.id, number: running.number };
  return {
    v: PROTOCOL_VERSION,
    machine,
    platform,
    running: attempt && { ...attempt, phase, step, logBytes: 0, elapsedMs: 0 },
  };
}

export const finishedOf = (
  { id, number, machineId }: Pick<Attempt, 'id' | 'number' | 'machineId'>,
  end: AttemptEnd,
  artifacts: Finished['artifacts'] = [],
  reports: Partial<Pick<Finished, 'reports' | 'reportNotices'>> = {},
): Finished => ({
  v: PROTOCOL_VERSION,
  machine: machineId,
  attempt: id,
  number,
  end,
  log: { bytes: 5, lines: 1, sha256: digest },
  marks: [],
  artifacts,
  ...reports,
});

const completeLog: VerifiedLog = {
  ok: true,
  log: {
    seal: { state: 'complete', bytes: 5, lines: 1, sha256: digest },
    inline: new Uint8Array([104, 101, 108, 108, 111]),
    marks: [{ type: 'step-started', seq: 0, at: 1, offset: 0, step: 0 }],
    moments: [],
  },
};

/** The part of a coordinator that guests talk to. What the log and the uploads say is the test's to change. */
export function openGuests(lab: Lab) {
  const said = { log: completeLog as VerifiedLog, missing: null as string | null, lostReport: '' };
  const ports: GuestPorts = {
    verifyLog: async () => said.log,
    missingArtifacts: async () => said.missing,
    arrivedReports: async (_, named) => named.filter(({ path }) => path !== said.lostReport),
    arrivedCaches: async ({ caches = [] }) => caches,
    publishProgress: lab.statuses.publishProgress,
    assignJobs: lab.assignJobs,
    spec: lab.spec,
  };
  const { store, jobs, leaseClock: clock, wakeUp, now } = lab;
  const guests = createGuests({ store, jobs, clock, ports, wakeUp, now });
  return {
    ...guests,
    said,
    renew: (
      machine: MachineId,
      running: Pick<Attempt, 'id' | 'number'> | null,
      progress?: Parameters<typeof renewalOf>[2],
    ) => guests.onRenewal(machine, renewalOf(machine, running, progress)),
    finish: (...report: Parameters<typeof finishedOf>) =>
      guests.onFinished(report[0].machineId, finishedOf(...report)),
  };
}
