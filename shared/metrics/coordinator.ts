import { readinessPartNames } from '../readiness.ts';
import { refusalCodes, refusalDoors } from '../refusals.ts';
import { commitSeconds, type Metric } from './metric.ts';

/** What numbers are looked up by; one that fails takes none of the others with it. */
export const lookUps = [
  'queue',
  'leases',
  'machines',
  'fleet',
  'forge',
  'disk',
  'credentials',
  'readiness',
] as const;
export type LookUp = (typeof lookUps)[number];

/** Of bytes that come in, and of the coordinator itself. */
export const coordinatorMetrics = {
  paddock_build_info: {
    kind: 'gauge',
    help: 'Always 1; the version of the coordinator.',
    labels: { version: { open: 'version' } },
  },
  paddock_ready: {
    kind: 'gauge',
    help: 'Whether a part of the coordinator does its work, as `/readyz` says: 1 or 0.',
    labels: { part: readinessPartNames },
  },
  paddock_refusals_total: {
    kind: 'counter',
    help: `What was refused, by code (docs/refusals.md) and where: ${Object.keys(refusalDoors).join(', ')}.`,
    labels: { code: refusalCodes, door: Object.keys(refusalDoors) },
  },
  paddock_log_bytes_total: {
    kind: 'counter',
    help: 'Bytes of logs that were stored.',
    labels: {},
  },
  paddock_log_lines_total: {
    kind: 'counter',
    help: 'Lines of logs that were stored.',
    labels: {},
  },
  paddock_upload_bytes_total: {
    kind: 'counter',
    help: 'Bytes of artifacts and reports that were received.',
    labels: { kind: ['artifact', 'report'] },
  },
  paddock_viewers: {
    kind: 'gauge',
    help: 'WebSockets that are open: pages that are told of changes, and logs that are followed.',
    labels: { feed: ['changes', 'log'] },
  },
  paddock_nats_connected: {
    kind: 'gauge',
    help: 'Whether the coordinator is connected to its nats-server: 1 or 0.',
    labels: {},
  },
  paddock_store_commit_seconds: {
    kind: 'histogram',
    help: 'How long transactions took, from their begin to the end of their commit.',
    labels: {},
    buckets: commitSeconds,
  },
  paddock_store_changes_total: {
    kind: 'counter',
    help: 'Changes that were committed; many share a transaction.',
    labels: {},
  },
  paddock_trace_spans_total: {
    kind: 'counter',
    help: 'Spans that the collector of traces took, that it refused for good, and that were dropped because too many waited for it.',
    labels: { outcome: ['exported', 'refused', 'dropped'] },
  },
  paddock_disk_free_bytes: {
    kind: 'gauge',
    help: 'Free space for the data directory.',
    labels: {},
  },
  paddock_disk_size_bytes: {
    kind: 'gauge',
    help: 'Size of the file system of the data directory.',
    labels: {},
  },
  paddock_credential_expiry_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the first credential of its kind ends that nothing renews: the certificate that a listener shows, a token of a person or program, the login of a host that is silent.',
    labels: { kind: ['tls-certificate', 'api-token', 'host-login'] },
  },
  paddock_look_up_failed: {
    kind: 'gauge',
    help: 'Whether numbers of this kind could not be looked up for this answer: 1 or 0. They are absent then.',
    labels: { of: lookUps },
  },
} as const satisfies Record<string, Metric>;
