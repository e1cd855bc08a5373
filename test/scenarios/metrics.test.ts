/** What a coordinator that has tested something tells of it, read as Prometheus would. */
import { expect, test } from 'vitest';
import { metricNames, metricOf } from '#shared/metrics.ts';
import { type Family, numberOf, readExposition } from '#test/support/exposition.ts';
import { type Fleet, image } from '#test/support/fleet/fleet.ts';
import { jobOf, logOf, openPull, push, settled, suite } from '#test/support/fleet/story.ts';
import { withFleet } from '#test/support/fleet/with-fleet.ts';
import { until } from '#test/support/until.ts';

const read = async ({ api }: Fleet): Promise<Map<string, Family>> =>
  readExposition((await api.bytes('/metrics')).toString());

/** Every value of every label is one that the catalogue knows. */
function expectBounded(families: ReadonlyMap<string, Family>): void {
  for (const name of metricNames) {
    const { kind, help, labels } = metricOf(name);
    const family = families.get(name);
    expect([name, family?.type, family?.help]).toEqual([name, kind.toUpperCase(), help]);
    for (const series of family?.series ?? []) {
      expect([name, Object.keys(series.labels).sort()]).toEqual([name, Object.keys(labels).sort()]);
      for (const [label, values] of Object.entries(labels)) {
        const allowed = 'open' in values ? openValues[values.open] : values;
        expect([name, allowed]).toEqual([name, expect.arrayContaining([series.labels[label]])]);
      }
    }
  }
}

const openValues = { image: [image], driver: ['process'], version: [expect.any(String)] };

test('jobs, machines, logs, hosts and what was told to GitHub are in the numbers, and no name is', () =>
  withFleet({}, async fleet => {
    const pull = await openPull(fleet, suite('echo one', 'echo two'));
    const passed = await settled(fleet, pull.head);
    const { head } = await push(fleet, pull, suite('exit 3'));
    const failed = await settled(fleet, head);
    const families = await until('both machines are gone and GitHub has been told', async () => {
      const now = await read(fleet);
      const stops = numberOf(now, 'paddock_driver_operations_total', { operation: 'stop', outcome: 'done' });
      return stops === 2 && numberOf(now, 'paddock_outbox_writes', { state: 'pending' }) === 0 && now;
    });
    expectBounded(families);
    const value = (name: string, labels = {}) => numberOf(families, name, labels);
    expect(value('paddock_jobs_settled_total', { image, outcome: 'passed' })).toBe(1);
    expect(value('paddock_jobs_settled_total', { image, outcome: 'failed' })).toBe(1);
    for (const name of ['paddock_queue_wait_seconds', 'paddock_job_seconds', 'paddock_machine_boot_seconds'])
      expect([name, value(name, { image })]).toEqual([name, 2]);
    for (const phase of ['start', 'source', 'steps'])
      expect([phase, value('paddock_attempt_phase_seconds', { image, phase })]).toEqual([phase, 2]);
    const logs = (await logOf(fleet, passed)) + (await logOf(fleet, failed));
    expect(value('paddock_log_bytes_total')).toBe(Buffer.byteLength(logs));
    expect(value('paddock_log_lines_total')).toBe(2);
    expect(value('paddock_hosts', { state: 'connected' })).toBe(1);
    expect(value('paddock_image_hosts', { image })).toBe(1);
    expect(value('paddock_pool_machines_max', { image })).toBeGreaterThan(0);
    expect(value('paddock_hosts_cpus')).toBeGreaterThan(0);
    expect(value('paddock_leases', { state: 'live' })).toBe(0);
    expect(value('paddock_nats_connected')).toBe(1);
    expect(value('paddock_store_commit_seconds')).toBeGreaterThan(10);
    expect(value('paddock_disk_free_bytes')).toBeGreaterThan(0);
    for (const { labels, value } of families.get('paddock_look_up_failed')?.series ?? [])
      expect([labels.of, value]).toEqual([labels.of, 0]);
    const text = (await fleet.api.bytes('/metrics')).toString();
    expect(text).not.toMatch(/acme|rocket|topic|(?:run|job|machine|host)_0/);
  }));

test('a queued job is counted with the reason for which it waits', () =>
  withFleet({ isLocalHostOn: false }, async fleet => {
    const { head } = await openPull(fleet, suite('true'));
    const families = await until('it waits', async () => {
      const now = await read(fleet);
      return numberOf(now, 'paddock_queue_jobs', { image }) !== undefined && now;
    });
    // For its first minutes a coordinator cannot tell whether a host is missing or on its way.
    const reason = expect.stringMatching(/^(settling|no-host)$/);
    expect(families.get('paddock_queue_jobs')?.series).toEqual([
      { labels: { image, reason }, value: 1, buckets: null },
    ]);
    expect(numberOf(families, 'paddock_queue_oldest_wait_seconds', { image })).toBeGreaterThanOrEqual(0);
    expect(numberOf(families, 'paddock_image_hosts', { image })).toBe(0);
    expect(numberOf(families, 'paddock_pool_machines_missing', { image })).toBe(1);
    const { id } = await jobOf(fleet, head);
    await fleet.api.cancelJob(id);
  }));
