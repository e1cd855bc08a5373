/** The rows of the bench, as the design names them: what is measured, in which unit, and what it must be. */
export type RowId =
  | 'dispatch'
  | 'webhooks'
  | 'webhooks-outage'
  | 'dispatch-source'
  | 'dispatch-source-git'
  | 'dispatch-source-2000'
  | 'jobs-static'
  | 'jobs-static-4ms'
  | 'jobs-fresh'
  | 'log-200k'
  | 'line-to-browser'
  | 'vm-cold'
  | 'vm-warm'
  | 'agents-5000'
  | 'idle-memory'
  | 'idle-memory-guest'
  | 'idle-memory-host'
  | 'idle-memory-nats-server'
  | 'busy-memory'
  | 'busy-memory-guest'
  | 'busy-memory-host'
  | 'busy-memory-nats-server'
  | 'tick-100k';

export type Row = {
  id: RowId;
  /** Measured together: what is chosen on the command line. */
  group: Group;
  what: string;
  unit: 'ms' | 'jobs/s' | 's' | 'MiB';
  better: 'less' | 'more';
  /** Which of the samples is the figure. */
  figure: 'median' | 'p99';
  must: number | null;
  goal: number | null;
};

export const groups = [
  'dispatch',
  'webhooks',
  'dispatch-source',
  'jobs-static',
  'jobs-static-4ms',
  'jobs-fresh',
  'log-200k',
  'line-to-browser',
  'tick-100k',
  'vm',
  'idle-memory',
  'agents-5000',
] as const;
export type Group = (typeof groups)[number];

const byTheSlowest: ReadonlySet<RowId> = new Set(['line-to-browser', 'webhooks', 'webhooks-outage']);

const row = (
  id: RowId,
  group: Group,
  unit: Row['unit'],
  [must, goal]: [number | null, number | null],
  what: string,
): Row => {
  const better = unit === 'jobs/s' ? 'more' : 'less';
  return { id, group, what, unit, better, figure: byTheSlowest.has(id) ? 'p99' : 'median', must, goal };
};

const memoryRow = (phase: 'idle' | 'busy', part: string, limits: [number | null, number | null]): Row => {
  const id = (part === 'coordinator' ? `${phase}-memory` : `${phase}-memory-${part}`) as RowId;
  const when = phase === 'idle' ? 'left alone' : 'at most, over 200 jobs and a 16 MB log';
  return row(id, 'idle-memory', 'MiB', limits, `${part}: resident, ${when}`);
};

export const rows: readonly Row[] = [
  row(
    'dispatch',
    'dispatch',
    'ms',
    [8, 5],
    'last byte of a signed webhook → exec of the step: a static machine that is connected and idle, the commit in the mirror, `source: none`',
  ),
  row(
    'webhooks',
    'webhooks',
    'ms',
    [50, null],
    'a signed webhook → its answer, p99: 200 a second for a minute, one in twenty with a job; two static machines',
  ),
  row(
    'webhooks-outage',
    'webhooks',
    'ms',
    [50, null],
    'the same while GitHub takes connections and answers nothing',
  ),
  row(
    'dispatch-source',
    'dispatch-source',
    'ms',
    [110, 70],
    'the same with a fetch of one new commit from a loopback remote and its 100 files by archive',
  ),
  row('dispatch-source-git', 'dispatch-source', 'ms', [null, null], 'the same, by git in the machine'),
  row('dispatch-source-2000', 'dispatch-source', 'ms', [null, null], 'the same, 2,000 files by archive'),
  row(
    'jobs-static',
    'jobs-static',
    'jobs/s',
    [150, 280],
    '200 trivial jobs from their webhooks until all have settled; two static machines, statuses posted',
  ),
  row(
    'jobs-static-4ms',
    'jobs-static-4ms',
    'jobs/s',
    [100, 130],
    'the same with 4 ms added to every fsync of the coordinator',
  ),
  row(
    'jobs-fresh',
    'jobs-fresh',
    'jobs/s',
    [12, 20],
    '40 trivial jobs, each in a fresh machine of the process driver, enrolment included; three at once',
  ),
  row(
    'log-200k',
    'log-200k',
    's',
    [0.3, 0.2],
    '200,000 lines, 16 MB, webhook → settled: redacted, stored, digest verified; the slower of block-buffered and line-flushed',
  ),
  row(
    'line-to-browser',
    'line-to-browser',
    'ms',
    [150, 100],
    'line printed by a step → in the document of a real browser that shows the log, p99',
  ),
  row(
    'tick-100k',
    'tick-100k',
    'ms',
    [50, 10],
    'one tick of the scheduler with 100,000 jobs queued, its commit included',
  ),
  row(
    'vm-cold',
    'vm',
    's',
    [4, 3.2],
    'a virtual machine of Debian, 256 MiB: from its order to the first word of its agent; it boots, emulated where there is no KVM',
  ),
  row('vm-warm', 'vm', 's', [2.2, 1.6], 'the same as a clone of a snapshot'),
  memoryRow('idle', 'coordinator', [110, 90]),
  memoryRow('idle', 'guest', [70, 55]),
  memoryRow('idle', 'host', [null, null]),
  memoryRow('idle', 'nats-server', [null, null]),
  memoryRow('busy', 'coordinator', [null, null]),
  memoryRow('busy', 'guest', [null, null]),
  memoryRow('busy', 'host', [null, null]),
  memoryRow('busy', 'nats-server', [null, null]),
  row(
    'agents-5000',
    'agents-5000',
    'MiB',
    [700, 500],
    'coordinator and nats-server with 5,000 idle agents that renew every 5 s',
  ),
];
