/** What was seen of a version that does everything right; a test says what differs. */
import type { Evidence, JobEvidence } from '#coordinator/images/evidence.ts';
import type { Mark } from '#shared/attempt.ts';
import type { JobId, MachineId } from '#shared/ids.ts';
import { imageManifest } from '#shared/image-manifest.ts';
import type { AttemptEnd } from '#shared/job.ts';

export const at = 1_700_000_000_000;

export const platform = {
  os: 'linux',
  arch: 'x64',
  node: 'v24.1.0',
  hostname: 'vm',
  git: '2.39.5',
  agent: 'a',
} as const;

const log = { state: 'complete', bytes: 1, lines: 1, sha256: '0'.repeat(64) } as const;

/** Steps that ran for a second each, until the first that did not exit with 0. */
export function marksOf(exitCodes: readonly number[], ms = 1_000): Mark[] {
  return exitCodes.flatMap((exitCode, step): Mark[] => [
    { type: 'step-started', seq: 2 * step, at: at + step * ms, offset: 0, step },
    {
      type: 'step-ended',
      seq: 2 * step + 1,
      at: at + (step + 1) * ms,
      offset: 0,
      step,
      exitCode,
      lateBytes: 0,
    },
  ]);
}

export const exited = (exitCode: number, step = 0): AttemptEnd => ({
  reason: 'exited',
  exitCode,
  step,
  message: `step ${step + 1} exited with ${exitCode}`,
});

const timedOut: AttemptEnd = {
  reason: 'timed-out',
  limit: 'total',
  step: 0,
  message: 'did not end within 3 s',
};

export const jobOf = (
  suite: string,
  outcome: JobEvidence['outcome'],
  end: AttemptEnd,
  marks: Mark[] = [],
): JobEvidence => ({
  id: `job of ${suite}` as JobId,
  suite,
  outcome,
  message: `${suite} ${outcome}`,
  attempt: { platform, end, log, marks },
});

export const machineOf = (id: string, facts: Partial<Evidence['machines'][number]> = {}) => ({
  id: id as MachineId,
  requestedAt: at,
  reportedInAt: at + 2_000,
  gone: { at: at + 9_000, reason: 'its one attempt is over', hasFailedToStart: false, isDiagnosed: false },
  ...facts,
});

export const stillborn = (id: string, reason: string, isDiagnosed = true) =>
  machineOf(id, {
    reportedInAt: null,
    gone: { at: at + 9_000, reason, hasFailedToStart: true, isDiagnosed },
  });

export const manifest = imageManifest.parse({
  name: 'debian-12',
  os: 'linux',
  arch: 'x86_64',
  machine: { driver: 'process' },
});

export const jobs = {
  machine: jobOf('machine', 'passed', exited(0, 5), marksOf([0, 0, 0, 0, 0, 0])),
  'exit-code': jobOf('exit-code', 'failed', exited(7)),
  'time-limit': jobOf('time-limit', 'timed-out', timedOut, marksOf([137], 3_200)),
  artifact: jobOf('artifact', 'passed', exited(0)),
};

/** SHA-256 of the six bytes that the suite hands over. */
const bytes = 'dbbd4749cbf5825dd71cc0bf39c50f233c2cb1e5e30e8674e330f69f525226ef';

export const artifacts = [{ path: 'kept/bytes', bytes: 6, sha256: bytes }];

export const evidenceOf = (facts: Partial<Evidence> = {}): Evidence => ({
  manifest,
  ageMs: 30_000,
  runRefusal: null,
  jobs: Object.values(jobs),
  machines: [machineOf('machine_1'), machineOf('machine_2')],
  said: {
    clock: { shown: at, arrivedAt: at + 300 },
    live: [at, at + 2_000],
    lines: 100_000,
    isInOrder: true,
  },
  artifacts,
  waits: null,
  ...facts,
});
