import { createHash } from 'node:crypto';
import { typeid } from 'typeid-js';
import { attemptId, coordinatorId, type MachineId, machineId } from '#shared/ids.ts';
import { type RunSpec, runSpec } from '#shared/messages.ts';

const digits = (number: number): string => String(number).padStart(26, '0');

/** Another one for each test file: processes are found, and ended, by the id of their machine. */
export const machine: MachineId = machineId.parse(typeid('machine').toString());
export const coordinatorName = coordinatorId.parse(`coordinator_${digits(1)}`);
export const attemptNumbered = (number: number) => attemptId.parse(`attempt_${digits(number)}`);

export const sha256Of = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

export type SpecChanges = Partial<Omit<RunSpec, 'steps'>> & {
  id?: number;
  steps?: Array<Partial<RunSpec['steps'][number]> & { run: string }>;
};

/** A spec as the coordinator would send it: one step that says hello, unless told otherwise. */
export function specOf({ id = 1, steps = [{ run: 'echo hello' }], ...changes }: SpecChanges = {}): RunSpec {
  return runSpec.parse({
    attempt: attemptNumbered(id),
    number: 1,
    job: `job_${digits(id)}`,
    repository: `repo_${digits(1)}`,
    kind: 'repeatable',
    suite: 'default',
    shell: ['/bin/sh', '-e'],
    steps: steps.map(step => ({
      name: step.run,
      timeoutMs: 20_000,
      idleTimeoutMs: 20_000,
      env: {},
      directory: '.',
      ...step,
    })),
    env: { CI: 'true' },
    secrets: {},
    source: { type: 'none' },
    deadlineMs: 60_000,
    logLimitBytes: 64 * 1024 * 1024,
    logOwner: coordinatorName,
    artifacts: { patterns: [], url: 'http://127.0.0.1:1/none', token: '' },
    ...changes,
  });
}
