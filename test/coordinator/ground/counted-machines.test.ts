import { expect, test } from 'vitest';
import { countedOf } from '#coordinator/ground/counted-machines.ts';
import type { MachineState } from '#shared/machine.ts';
import { attempt, host, machine } from '#test/contract/sample-ids.ts';

const reuse = 'single-use' as const;
const requested: MachineState = { status: 'requested', since: 1_000, reuse };
const booting: MachineState = { status: 'booting', since: 1_400, reuse };
const ready: MachineState = { status: 'ready', since: 3_000, reuse };
const busy: MachineState = { status: 'busy', since: 4_000, attempt: attempt(1), reuse };
const retiring: MachineState = { status: 'retiring', since: 9_000, reason: 'over', reuse };
const gone: MachineState = { status: 'gone', at: 9_500, reason: 'over', reuse };

const counted = (before: MachineState, after: MachineState, at: number, isSeen = true) =>
  countedOf(
    {
      ...{ id: machine(1), hostId: host(1), state: before, image: 'linux', createdAt: 1_000 },
      manifest: { machine: { driver: 'libvirt' } },
    },
    { state: after },
    at,
    isSeen,
  );

const driver = 'libvirt';
const ids = { image: 'linux', machine: machine(1), host: host(1) };

test('a life of a machine: made, up, taken, told to go, gone', () => {
  expect(counted(requested, booting, 1_400)).toEqual([
    { what: 'driver-time', driver, operation: 'start', ms: 400 },
  ]);
  expect(counted(booting, ready, 3_000)).toEqual([
    { what: 'driver', driver, operation: 'start', outcome: 'done', ids },
    { what: 'boot', image: 'linux', ms: 2_000 },
  ]);
  expect(counted(ready, busy, 4_000)).toEqual([]);
  expect(counted(busy, retiring, 9_000)).toEqual([]);
  expect(counted(retiring, gone, 9_500)).toEqual([
    { what: 'driver', driver, operation: 'stop', outcome: 'done', ids },
    { what: 'driver-time', driver, operation: 'stop', ms: 500 },
  ]);
});

test('a guest that is quicker than the report of its host has started all the same', () => {
  expect(counted(requested, ready, 2_000).map(({ what }) => what)).toEqual(['driver-time', 'driver', 'boot']);
});

test('one that did not start has failed, once', () => {
  const failed = { hasFailedToStart: true } as const;
  expect(counted(booting, { ...retiring, ...failed }, 9_000)).toEqual([
    { what: 'driver', driver, operation: 'start', outcome: 'failed', ids },
  ]);
  expect(counted({ ...retiring, ...failed }, { ...gone, ...failed }, 9_500)).toEqual([
    { what: 'driver', driver, operation: 'stop', outcome: 'done', ids },
    { what: 'driver-time', driver, operation: 'stop', ms: 500 },
  ]);
  expect(counted(requested, { ...gone, ...failed }, 9_500)).toEqual([
    { what: 'driver', driver, operation: 'start', outcome: 'failed', ids },
  ]);
});

test('one that ended by itself is lost, and one whose host vanished was not stopped', () => {
  expect(counted(busy, gone, 9_500)).toEqual([
    { what: 'driver', driver, operation: 'stop', outcome: 'lost', ids },
  ]);
  expect(counted(retiring, gone, 9_500, false)).toEqual([
    { what: 'driver', driver, operation: 'stop', outcome: 'failed', ids },
  ]);
});
