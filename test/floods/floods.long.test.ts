/**
 * `npm run test:long -- floods`: too much of everything. Nothing is lost, and memory stays within bounds that stand here. One
 * after the other, so that each is seen alone.
 */
import { test } from 'vitest';
import { type FleetOptions, withFleet } from '#test/support/fleet/with-fleet.ts';
import { type Flood, measured } from './flood.ts';
import { idleAgents } from './idle-agents.ts';
import { gibibyteOfLog, millionLines } from './long-logs.ts';
import { loudJobs } from './loud-jobs.ts';
import { manyDeliveries } from './many-deliveries.ts';
import { manyQueued } from './many-queued.ts';
import { manyViewers } from './many-viewers.ts';

const minute = 60_000;

const floods: [title: string, options: FleetOptions, flood: Flood][] = [
  [
    'a log of a million lines is stored whole',
    {},
    { what: 'a million lines', act: millionLines, bounds: { coordinator: 350, natsServer: 100 } },
  ],
  [
    'a log of a gibibyte is stored whole',
    { logLimit: '2GiB' },
    { what: 'a gibibyte of log', act: gibibyteOfLog, bounds: { coordinator: 450, natsServer: 100 } },
  ],
  [
    '64 jobs that print as fast as they can all end with their whole logs',
    { max: 64 },
    { what: '64 loud jobs', act: loudJobs(64), bounds: { coordinator: 600, natsServer: 150 } },
  ],
  [
    '10,000 deliveries in a burst are stored and handled, and a pull request among them is tested',
    {},
    { what: '10,000 deliveries', act: manyDeliveries(10_000), bounds: { coordinator: 400, natsServer: 60 } },
  ],
  [
    '2,000 viewers of one log all see every byte of it',
    {},
    { what: '2,000 viewers', act: manyViewers(2_000), bounds: { coordinator: 700, natsServer: 60 } },
  ],
  [
    '5,000 idle agents stay, and what people look at answers',
    { isLocalHostOn: false, images: ['a', 'b', 'c', 'd', 'e'], max: 1_000, warm: 1_000, bootDeadline: '10m' },
    { what: '5,000 idle agents', act: idleAgents(5_000), bounds: { coordinator: 350, natsServer: 400 } },
  ],
  [
    '100,000 queued jobs hold up neither the scheduler nor who looks at them',
    { max: 1 },
    { what: '100,000 queued jobs', act: manyQueued(100_000), bounds: { coordinator: 400, natsServer: 60 } },
  ],
];

test.for(floods)('%s', { timeout: 12 * minute }, ([, options, flood], { task }) =>
  withFleet(options, async fleet => {
    task.meta.closingLine = await measured(fleet, flood);
  }),
);
