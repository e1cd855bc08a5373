/** Rules of alerts for Prometheus. Each has a section of its name in observability.md, which says what to look at and what to do. */
import { stringify } from 'yaml';
import { greatest, increase, observed, quantile, total } from './queries.ts';

export type Alert = {
  name: string;
  /** PromQL that is true while something is wrong. */
  when: string;
  for: string;
  /** `page`: people wait, or will. `ticket`: look at it in the next days. */
  severity: 'page' | 'ticket';
  summary: string;
};

const day = 86_400;
const gigabyte = 1e9;

export const alerts: readonly Alert[] = [
  {
    name: 'PaddockDown',
    when: 'up{job="paddock"} == 0 or absent(up{job="paddock"})',
    for: '2m',
    severity: 'page',
    summary: 'The coordinator does not answer.',
  },
  {
    name: 'PaddockNotReady',
    when: 'min by (part) (paddock_ready) == 0',
    for: '2m',
    severity: 'page',
    summary: 'A part of the coordinator does not work: {{ $labels.part }}.',
  },
  {
    name: 'PaddockQueueStuck',
    when: `${greatest('paddock_queue_oldest_wait_seconds', ['image'])} > 900 unless ${observed('paddock_queue_wait_seconds', ['image'], '15m')} > 0`,
    for: '1m',
    severity: 'page',
    summary:
      'Jobs of {{ $labels.image }} wait, and for a quarter of an hour none of them was given a machine.',
  },
  {
    name: 'PaddockWaitsLong',
    when: `${greatest('paddock_queue_oldest_wait_seconds', ['image'])} > 3600`,
    for: '10m',
    severity: 'ticket',
    summary: 'A job of {{ $labels.image }} has waited for more than an hour.',
  },
  {
    name: 'PaddockNoHost',
    when: `${total('paddock_queue_jobs', ['image'], '{reason=~"no-host|hosts-draining"}')} > 0`,
    for: '5m',
    severity: 'page',
    summary: 'Jobs of {{ $labels.image }} wait, and no host that could have its machines takes any.',
  },
  {
    name: 'PaddockNotStarting',
    when: `${total('paddock_queue_jobs', ['image'], '{reason="not-starting"}')} > 0`,
    for: '10m',
    severity: 'page',
    summary: 'Machines of {{ $labels.image }} do not start.',
  },
  {
    name: 'PaddockAttemptsLost',
    when: `${increase('paddock_attempts_lost_total', ['image'], '30m')} > 3`,
    for: '0m',
    severity: 'ticket',
    summary: 'Machines of {{ $labels.image }} were lost while they ran jobs.',
  },
  {
    name: 'PaddockHostSilent',
    when: `${total('paddock_hosts', [], '{state="silent"}')} > 0`,
    for: '15m',
    severity: 'ticket',
    summary: 'A host that has joined is not heard of.',
  },
  {
    name: 'PaddockOutboxOld',
    when: `${greatest('paddock_outbox_oldest_seconds')} > 300`,
    for: '5m',
    severity: 'page',
    summary: 'GitHub has not got what it was to be told for more than five minutes.',
  },
  {
    name: 'PaddockOutboxRefused',
    when: 'sum (delta(paddock_outbox_writes{state="refused"}[30m])) > 0',
    for: '0m',
    severity: 'ticket',
    summary: 'GitHub has refused a status, a check or a comment for good.',
  },
  {
    name: 'PaddockDeliveriesWaiting',
    when: `${greatest('paddock_deliveries_waiting')} > 20`,
    for: '10m',
    severity: 'page',
    summary: 'Webhooks are taken and not acted on.',
  },
  {
    name: 'PaddockRepairsHigh',
    when: `${increase('paddock_reconciler_repairs_total', [], '1h')} > 20`,
    for: '0m',
    severity: 'ticket',
    summary: 'Much had to be put right that webhooks should have told.',
  },
  {
    name: 'PaddockNotCompared',
    when: `time() - ${greatest('paddock_reconciler_last_pass_timestamp_seconds')} > 7200`,
    for: '5m',
    severity: 'ticket',
    summary: 'Nothing was compared with GitHub for two hours.',
  },
  {
    name: 'PaddockDiskLow',
    when: `${total('paddock_disk_free_bytes')} / ${total('paddock_disk_size_bytes')} < 0.1`,
    for: '15m',
    severity: 'ticket',
    summary: 'Less than a tenth of the disk of the data directory is free.',
  },
  {
    name: 'PaddockDiskFull',
    when: `${total('paddock_disk_free_bytes')} < ${2 * gigabyte}`,
    for: '1m',
    severity: 'page',
    summary: 'Less than 2 GB are free for the data directory.',
  },
  {
    name: 'PaddockHostDiskLow',
    when: `${greatest('paddock_hosts_disk_free_bytes')} < ${10 * gigabyte}`,
    for: '15m',
    severity: 'ticket',
    summary: 'A host has less than 10 GB for disks of machines.',
  },
  {
    name: 'PaddockCredentialEnds',
    when: `min by (kind) (paddock_credential_expiry_timestamp_seconds) - time() < ${7 * day}`,
    for: '10m',
    severity: 'ticket',
    summary: 'A credential ends within a week: {{ $labels.kind }}.',
  },
  {
    name: 'PaddockDatabaseSlow',
    when: `${quantile(0.99, 'paddock_store_commit_seconds', [], '10m')} > 1`,
    for: '10m',
    severity: 'ticket',
    summary: 'Commits of the database take more than a second.',
  },
  {
    name: 'PaddockBusy',
    when: 'max (nodejs_eventloop_lag_p99_seconds) > 0.5',
    for: '10m',
    severity: 'ticket',
    summary: 'The coordinator is busy for half a second at a time.',
  },
  {
    name: 'PaddockTracesLost',
    when: 'sum by (outcome) (increase(paddock_trace_spans_total{outcome!="exported"}[30m])) > 0',
    for: '0m',
    severity: 'ticket',
    summary: 'Spans of traces were not kept: {{ $labels.outcome }}.',
  },
  {
    name: 'PaddockNumbersMissing',
    when: `${greatest('paddock_look_up_failed', ['of'])} > 0`,
    for: '10m',
    severity: 'ticket',
    summary: 'Numbers could not be looked up: {{ $labels.of }}. Alerts that need them are silent.',
  },
];

const head = `# Rules of alerts for Prometheus, written by \`npm run schemas\` from docs/observability/alerts.ts.
# What to do about each: docs/observability.md. They expect the job to be called \`paddock\`.
`;

export const alertRules = (): string => {
  const rules = alerts.map(({ name, when, for: lasting, severity, summary }) => ({
    alert: name,
    expr: when,
    ...(lasting === '0m' ? {} : { for: lasting }),
    labels: { severity },
    annotations: { summary, runbook: `docs/observability.md#${name.toLowerCase()}` },
  }));
  return head + stringify({ groups: [{ name: 'paddock', rules }] }, { lineWidth: 0 });
};
