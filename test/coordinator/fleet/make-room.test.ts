/** What nobody waits for makes room for what somebody does. */
import { expect, test } from 'vitest';
import type { PlannedMachine } from '#coordinator/fleet/snapshot.ts';
import { imageOf, poolOf } from '../support/brain-lab.ts';
import { hostOf, machineOf, planned } from './snapshots.ts';

const vm = (name: string, cpus: number) => imageOf(name, { driver: 'libvirt', cpus, memory: '1GiB' });
const small = poolOf(vm('small', 1), { warm: 2, max: 9 });
const large = poolOf(vm('large', 2), { max: 9 });
const hosts = [hostOf('shed', { cpus: 3 })];
const ofSmall = (id: string, status: Parameters<typeof machineOf>[1], facts: Partial<PlannedMachine> = {}) =>
  machineOf(id, status, { image: 'small', driver: 'libvirt', ...facts });
const warm = [ofSmall('a', 'ready', { forMs: 1 } as object), ofSmall('b', 'ready', { forMs: 2 } as object)];
const queue = { large: 1 };

test.each(['small first', 'large first'])(
  'a machine that is kept ready goes for a job of another image: %s',
  order => {
    const pools = order === 'small first' ? [small, large] : [large, small];
    expect(planned({ pools, hosts, machines: warm, queue })).toEqual(['retire b (yielding)']);
  },
);

test('no more go than are needed, and none while room is on its way', () => {
  const machines = [...warm, ofSmall('c', 'retiring')];
  expect(planned({ pools: [small, large], hosts, machines, queue })).toEqual([]);
});

test('the room goes to the job, not to another machine that would be kept ready', () => {
  const [left] = warm;
  const machines = left ? [left] : [];
  expect(planned({ pools: [small, large], hosts, machines, queue })).toEqual(['create large on shed']);
});

test.each<[string, Parameters<typeof planned>[0]]>([
  ['that runs', { machines: [ofSmall('a', 'busy'), ofSmall('b', 'busy')], queue }],
  ['that jobs wait for', { machines: warm, queue: { large: 1, small: 5 } }],
  [
    'when not even all of them are enough',
    { hosts: [hostOf('shed', { cpus: 1 })], machines: warm.slice(0, 1), queue },
  ],
  ['for one that is kept ready', { pools: [small, poolOf(vm('large', 2), { warm: 1 })], machines: warm }],
])('nothing goes %s', (_, facts) => {
  const actions = planned({ pools: [small, large], hosts, ...facts });
  expect(actions.filter(action => action.includes('yielding'))).toEqual([]);
});

test('where several hosts could make room, the one with the least to lose does', () => {
  const three = [hostOf('attic', { cpus: 2 }), hostOf('shed', { cpus: 3 })];
  const machines = [
    ofSmall('a', 'ready', { hostId: 'attic' as never }),
    ofSmall('b', 'ready', { hostId: 'attic' as never }),
    ofSmall('c', 'ready'),
    ofSmall('d', 'busy'),
  ];
  expect(planned({ pools: [small, large], hosts: three, machines, queue })).toEqual(['retire c (yielding)']);
});

test('what is counted is made room in as well, by a machine that has some of it', () => {
  const gpu = { labels: {}, resources: { gpu: 1 } };
  const hosts = [hostOf('shed', { traits: gpu })];
  const large = poolOf(imageOf('large', { driver: 'process', resources: { gpu: 1 } }), { max: 9 });
  const small = poolOf(imageOf('small', { driver: 'process', resources: { gpu: 1 } }), { warm: 1 });
  const holder = machineOf('b', 'ready', { image: 'small', needs: gpu, ageMs: 1 });
  expect(planned({ pools: [small, large], hosts, machines: [holder], queue })).toEqual([
    'retire b (yielding)',
  ]);
});

test('jobs come before what is kept ready, and the pool with the fewest machines comes first', () => {
  const two = [poolOf(vm('many', 1), { max: 9 }), poolOf(vm('few', 1), { max: 9, warm: 1 })];
  const machines = [machineOf('m', 'busy', { image: 'many', driver: 'libvirt' })];
  const facts = { pools: two, hosts: [hostOf('shed', { cpus: 2 })], machines };
  expect(planned({ ...facts, queue: { many: 3, few: 3 } })).toEqual(['create few on shed']);
  expect(planned({ ...facts, queue: { many: 3 } })).toEqual(['create many on shed']);
});
