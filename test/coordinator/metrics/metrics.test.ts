import { expect, test } from 'vitest';
import { createMetrics } from '#coordinator/metrics/metrics.ts';
import { jobId, runId } from '#shared/ids.ts';
import { sample } from '#shared/metrics.ts';
import { attempt, host, machine } from '#test/contract/sample-ids.ts';
import { numberOf, readExposition } from '#test/support/exposition.ts';

const ids = {
  ...{
    run: runId.parse(attempt(1).replace('attempt', 'run')),
    job: jobId.parse(attempt(1).replace('attempt', 'job')),
    attempt: attempt(1),
    number: 1,
  },
  ...{ machine: machine(1), host: host(1) },
};

test('numbers that cannot be looked up are left out and said to be, and take none of the others with them', async () => {
  const warnings: string[] = [];
  const metrics = createMetrics({
    version: '1.2.3',
    report: { warn: (_, message) => void warnings.push(message) },
  });
  metrics.lookUp('queue', async () => {
    throw new Error('the database is locked');
  });
  metrics.lookUp('disk', async () => [sample('paddock_disk_free_bytes', {}, 7)]);
  metrics.counted({ what: 'job', image: 'linux', outcome: 'passed', ids });
  const families = readExposition((await metrics.read()).text);
  expect(numberOf(families, 'paddock_look_up_failed', { of: 'queue' })).toBe(1);
  expect(numberOf(families, 'paddock_look_up_failed', { of: 'disk' })).toBe(0);
  expect(numberOf(families, 'paddock_disk_free_bytes')).toBe(7);
  expect(numberOf(families, 'paddock_jobs_settled_total', { outcome: 'passed' })).toBe(1);
  expect(families.get('paddock_queue_jobs')?.series).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('could not be looked up')]);
});

test('each thing that is counted adds to its metric', async () => {
  const metrics = createMetrics({ version: '1.2.3' });
  const ofImage = { image: 'linux' };
  metrics.counted({ what: 'lease', ...ofImage, waitedMs: 1_500, ids });
  metrics.counted({ what: 'boot', ...ofImage, ms: 2_000 });
  metrics.counted({
    ...{ what: 'attempt', ...ofImage, isLost: true, jobMs: 9_000, ids },
    phases: [{ phase: 'steps', ms: 4_000 }],
  });
  metrics.counted({
    what: 'driver',
    driver: 'libvirt',
    operation: 'start',
    outcome: 'failed',
    ids: { ...ids, image: 'linux' },
  });
  metrics.counted({ what: 'driver-time', driver: 'libvirt', operation: 'stop', ms: 300 });
  const families = readExposition((await metrics.read()).text);
  expect(numberOf(families, 'paddock_queue_wait_seconds', ofImage)).toBe(1);
  expect(numberOf(families, 'paddock_machine_boot_seconds', ofImage)).toBe(1);
  expect(numberOf(families, 'paddock_attempt_phase_seconds', { ...ofImage, phase: 'steps' })).toBe(1);
  expect(numberOf(families, 'paddock_attempts_lost_total', ofImage)).toBe(1);
  expect(numberOf(families, 'paddock_job_seconds', ofImage)).toBe(1);
  expect(
    numberOf(families, 'paddock_driver_operations_total', { driver: 'libvirt', outcome: 'failed' }),
  ).toBe(1);
  expect(numberOf(families, 'paddock_driver_operation_seconds', { operation: 'stop' })).toBe(1);
});
