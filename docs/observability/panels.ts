/** What the dashboard shows: rows of panels, each with its queries. */
import { greatest, perSecond, quantile, total } from './queries.ts';

type Query = { expr: string; legend: string };
export type Panel = {
  title: string;
  says: string;
  kind: 'timeseries' | 'stat';
  /** As Grafana calls it. */
  unit: 's' | 'bytes' | 'short' | 'percentunit' | 'Bps' | 'ops' | 'none' | 'dtdurations';
  queries: readonly Query[];
  isStacked?: boolean;
};
type Row = { title: string; panels: readonly Panel[] };

const window = '$__rate_interval';
const q = (expr: string, legend: string): Query => ({ expr, legend });
const of = (title: string, says: string, unit: Panel['unit'], ...queries: Query[]): Panel => ({
  ...{ title, says, unit, queries, kind: 'timeseries' },
});
const stacked = (...given: Parameters<typeof of>): Panel => ({ ...of(...given), isStacked: true });
const stat = (title: string, says: string, unit: Panel['unit'], expr: string): Panel => ({
  ...{ title, says, unit, kind: 'stat', queries: [q(expr, '')] },
});

type OfImage = 'paddock_queue_wait_seconds' | 'paddock_job_seconds' | 'paddock_machine_boot_seconds';

const halves = (name: OfImage, legend: string): Query[] => [
  q(quantile(0.5, name, ['image'], window), `${legend}, half`),
  q(quantile(0.95, name, ['image'], window), `${legend}, 95 of 100`),
];

export const rows: readonly Row[] = [
  {
    title: 'At a glance',
    panels: [
      stat('Ready', '1: every part of the coordinator does its work', 'none', 'min (paddock_ready)'),
      stat('Queued jobs', 'Jobs that wait for a machine', 'short', total('paddock_queue_jobs')),
      stat('Oldest wait', 'Of all queued jobs', 's', greatest('paddock_queue_oldest_wait_seconds')),
      stat('Running', 'Attempts that hold a machine', 'short', total('paddock_leases', [], '{state="live"}')),
      stat(
        'Hosts',
        'Connected, and taking machines',
        'short',
        total('paddock_hosts', [], '{state="connected"}'),
      ),
      stat(
        'Outbox',
        'How long GitHub has not got the oldest of what it is to be told',
        's',
        greatest('paddock_outbox_oldest_seconds'),
      ),
    ],
  },
  {
    title: 'Queue',
    panels: [
      stacked(
        'Queue by reason',
        'Why jobs wait',
        'short',
        q(total('paddock_queue_jobs', ['reason']), '{{reason}}'),
      ),
      stacked(
        'Queue by image',
        'What they wait for',
        'short',
        q(total('paddock_queue_jobs', ['image']), '{{image}}'),
      ),
      of(
        'Wait until a machine',
        'From the queue to a machine',
        's',
        ...halves('paddock_queue_wait_seconds', '{{image}}'),
      ),
      of(
        'Oldest wait',
        'Of each image',
        's',
        q(greatest('paddock_queue_oldest_wait_seconds', ['image']), '{{image}}'),
      ),
    ],
  },
  {
    title: 'Jobs',
    panels: [
      stacked(
        'Outcomes',
        'Jobs that came to an end, in a second',
        'ops',
        q(perSecond('paddock_jobs_settled_total', ['outcome'], window), '{{outcome}}'),
      ),
      of('Whole jobs', 'From the queue to the verdict', 's', ...halves('paddock_job_seconds', '{{image}}')),
      of(
        'Phases',
        'Where the time of attempts goes: 95 of 100 take at most so long',
        's',
        q(quantile(0.95, 'paddock_attempt_phase_seconds', ['phase'], window), '{{phase}}'),
      ),
      of(
        'Lost attempts',
        'In a second',
        'ops',
        q(perSecond('paddock_attempts_lost_total', ['image'], window), '{{image}}'),
      ),
    ],
  },
  {
    title: 'Machines and hosts',
    panels: [
      stacked(
        'Machines by state',
        'Of all images',
        'short',
        q(total('paddock_machines', ['state']), '{{state}}'),
      ),
      of(
        'Boots',
        'From when a machine was asked for until it reported in',
        's',
        ...halves('paddock_machine_boot_seconds', '{{image}}'),
      ),
      of(
        'Pools: missing',
        'Machines that are wanted and cannot be had',
        'short',
        q(total('paddock_pool_machines_missing', ['image']), '{{image}}'),
      ),
      of(
        'Pools: used',
        'Machines of the most that the image may have',
        'percentunit',
        q(
          `${total('paddock_machines', ['image'])} / ${total('paddock_pool_machines_max', ['image'])}`,
          '{{image}}',
        ),
      ),
      stacked('Hosts', 'By state', 'short', q(total('paddock_hosts', ['state']), '{{state}}')),
      of(
        'Processors',
        'Given to machines, and there are',
        'short',
        q(total('paddock_machines_cpus'), 'given'),
        q(total('paddock_hosts_cpus'), 'there are'),
      ),
      of(
        'Memory',
        'Given to machines, and there is',
        'bytes',
        q(total('paddock_machines_memory_bytes'), 'given'),
        q(total('paddock_hosts_memory_bytes'), 'there is'),
      ),
      of(
        'Drivers: starts and stops',
        'In a second, by what came of them',
        'ops',
        q(
          perSecond('paddock_driver_operations_total', ['driver', 'operation', 'outcome'], window),
          '{{driver}} {{operation}} {{outcome}}',
        ),
      ),
      of(
        'Drivers: how long',
        '95 of 100 take at most so long',
        's',
        q(
          quantile(0.95, 'paddock_driver_operation_seconds', ['driver', 'operation'], window),
          '{{driver}} {{operation}}',
        ),
      ),
    ],
  },
  {
    title: 'GitHub',
    panels: [
      of(
        'Outbox',
        'What GitHub has not got',
        'short',
        q(total('paddock_outbox_writes', ['state']), '{{state}}'),
      ),
      of('Oldest in the outbox', 'That waits', 's', q(greatest('paddock_outbox_oldest_seconds'), 'oldest')),
      of(
        'Webhooks that wait',
        'Taken, and not acted on yet',
        'short',
        q(total('paddock_deliveries_waiting'), 'waiting'),
      ),
      of(
        'Repairs',
        'What no webhook had told, in a second',
        'ops',
        q(perSecond('paddock_reconciler_repairs_total', [], window), 'repairs'),
      ),
    ],
  },
  {
    title: 'The coordinator',
    panels: [
      of(
        'Logs',
        'Bytes that came in, in a second',
        'Bps',
        q(perSecond('paddock_log_bytes_total', [], window), 'logs'),
        q(perSecond('paddock_upload_bytes_total', ['kind'], window), '{{kind}}s'),
      ),
      of(
        'Commits',
        'How long the database takes to keep a change',
        's',
        q(quantile(0.5, 'paddock_store_commit_seconds', [], window), 'half'),
        q(quantile(0.99, 'paddock_store_commit_seconds', [], window), '99 of 100'),
      ),
      of(
        'Event loop',
        'How late it is',
        's',
        q('max (nodejs_eventloop_lag_p99_seconds)', '99 of 100'),
        q('max (nodejs_eventloop_lag_p50_seconds)', 'half'),
      ),
      of(
        'Memory',
        'Of the process',
        'bytes',
        q('max (process_resident_memory_bytes)', 'resident'),
        q('max (nodejs_heap_size_used_bytes)', 'heap'),
      ),
      of('Free disk', 'For the data directory', 'bytes', q(total('paddock_disk_free_bytes'), 'free')),
      of(
        'Live pages',
        'WebSockets that are open',
        'short',
        q(total('paddock_viewers', ['feed']), '{{feed}}'),
      ),
      of(
        'Refusals',
        'In a second, by code',
        'ops',
        q(perSecond('paddock_refusals_total', ['code'], window), '{{code}}'),
      ),
      of(
        'Traces',
        'Spans, in a second',
        'ops',
        q(perSecond('paddock_trace_spans_total', ['outcome'], window), '{{outcome}}'),
      ),
      of(
        'Credentials end in',
        'The first of each kind',
        'dtdurations',
        q('min by (kind) (paddock_credential_expiry_timestamp_seconds) - time()', '{{kind}}'),
      ),
    ],
  },
];
