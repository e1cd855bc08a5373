import type { Metric } from './metric.ts';

/** Of what is told to GitHub, and heard from it. */
export const forgeMetrics = {
  paddock_outbox_writes: {
    kind: 'gauge',
    help: 'Statuses, checks and comments that GitHub has not got: that wait, or that it refused for good.',
    labels: { state: ['pending', 'refused'] },
  },
  paddock_outbox_oldest_seconds: {
    kind: 'gauge',
    help: 'How long the oldest of those that wait has waited; 0 when none does.',
    labels: {},
  },
  paddock_deliveries_waiting: {
    kind: 'gauge',
    help: 'Webhooks that were taken and are not acted on yet.',
    labels: {},
  },
  paddock_reconciler_repairs_total: {
    kind: 'counter',
    help: 'What no webhook had told or what GitHub showed wrong, found by comparing and put right.',
    labels: {},
  },
  paddock_reconciler_last_pass_timestamp_seconds: {
    kind: 'gauge',
    help: 'When everything had last been compared with GitHub; absent until then.',
    labels: {},
  },
  paddock_reconciler_last_pass_seconds: {
    kind: 'gauge',
    help: 'How long that took.',
    labels: {},
  },
} as const satisfies Record<string, Metric>;
