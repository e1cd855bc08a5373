import { ciSeconds, type Metric, ofImage } from './metric.ts';

const ofDriver = { driver: { open: 'driver' } } as const;
const operation = { operation: ['start', 'stop'] } as const;

/** Of machines, pools and hosts. What drivers do is measured here, by what hosts report of it. */
export const fleetMetrics = {
  paddock_machines: {
    kind: 'gauge',
    help: 'Machines that there are, or that are on their way.',
    labels: { ...ofImage, state: ['requested', 'booting', 'ready', 'busy', 'retiring'] },
  },
  paddock_machine_boot_seconds: {
    kind: 'histogram',
    help: 'From when a machine was asked for until its agent reported in; files of its image that had to be fetched included.',
    labels: ofImage,
    buckets: ciSeconds,
  },
  paddock_driver_operations_total: {
    kind: 'counter',
    help: 'Machines that were started or stopped: a start fails when its machine never ran or never reported in, a stop when its host did not say that the machine is gone. `lost`: a machine ended that nobody had stopped.',
    labels: { ...ofDriver, ...operation, outcome: ['done', 'failed', 'lost'] },
  },
  paddock_driver_operation_seconds: {
    kind: 'histogram',
    help: 'From when a machine was asked for until its host had made it, and from when it was to go until it was gone.',
    labels: { ...ofDriver, ...operation },
    buckets: ciSeconds,
  },
  paddock_pool_machines_min: {
    kind: 'gauge',
    help: 'Machines of the image that are kept ready.',
    labels: ofImage,
  },
  paddock_pool_machines_max: {
    kind: 'gauge',
    help: 'Machines that the image may have at once.',
    labels: ofImage,
  },
  paddock_pool_machines_missing: {
    kind: 'gauge',
    help: 'Machines of the image that are wanted, and that no host can have now.',
    labels: ofImage,
  },
  paddock_hosts: {
    kind: 'gauge',
    help: 'Hosts that have joined; each in one state, the first of these that is true of it: silent, quarantined, draining, connected.',
    labels: { state: ['connected', 'draining', 'quarantined', 'silent'] },
  },
  paddock_image_hosts: {
    kind: 'gauge',
    help: 'Hosts that are connected, take new machines, and have the driver that the image names, among those that its pool names.',
    labels: ofImage,
  },
  paddock_hosts_cpus: {
    kind: 'gauge',
    help: 'Processors of the hosts that are connected.',
    labels: {},
  },
  paddock_hosts_memory_bytes: {
    kind: 'gauge',
    help: 'Memory of the hosts that are connected.',
    labels: {},
  },
  paddock_hosts_disk_free_bytes: {
    kind: 'gauge',
    help: 'Free disk for machines, of the connected host that has the least.',
    labels: {},
  },
  paddock_machines_cpus: {
    kind: 'gauge',
    help: 'Processors that machines have been given.',
    labels: {},
  },
  paddock_machines_memory_bytes: {
    kind: 'gauge',
    help: 'Memory that machines have been given.',
    labels: {},
  },
} as const satisfies Record<string, Metric>;
