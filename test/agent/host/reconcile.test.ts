import { expect, test } from 'vitest';
import {
  type Action,
  decideAction,
  type Facts,
  type Observed,
  observe,
  type Wanted,
} from '#agent/host/reconcile.ts';
import { desiredMachine, newHostId } from '#test/contract/driver/desired-machine.ts';

const [host, other] = [newHostId(), newHostId()];
const now = 1_000_000;
const desired = desiredMachine({ expiresAt: now + 1 });
const machine = { id: desired.id, owner: host, expiresAt: now + 1, state: 'running' } as const;
const made = { state: 'made', driver: 'process' } as const;
const gone = { state: 'gone', reason: 'was ended', isTold: false } as const;
const nothing: Facts = {
  host,
  now,
  wanted: 'unknown',
  desired: null,
  machine: null,
  entry: null,
  underWay: null,
  isTakenOver: false,
};

/** The facts under which each thing is observed. */
const scenes: Record<Observed, Facts> = {
  absent: nothing,
  late: { ...nothing, desired: { ...desired, expiresAt: now } },
  creating: { ...nothing, entry: made, underWay: 'create' },
  found: { ...nothing, machine },
  running: { ...nothing, machine, entry: made, isTakenOver: true },
  destroying: { ...nothing, machine, entry: made, underWay: 'destroy', isTakenOver: true },
  dead: { ...nothing, machine: { ...machine, state: 'dead', reason: 'ended by SIGKILL' }, entry: made },
  lost: { ...nothing, entry: made },
  gone: { ...nothing, entry: gone },
  told: { ...nothing, entry: { ...gone, isTold: true } },
  foreign: { ...nothing, machine: { ...machine, owner: other } },
  expired: { ...nothing, machine: { ...machine, expiresAt: now } },
};

test.each(Object.entries(scenes))('%s is observed from its facts', (observed, facts) => {
  expect(observe(facts)).toBe(observed);
});

const cells: Record<Observed, Record<Wanted, Action['do']>> = {
  absent: { desired: 'create', undesired: 'nothing', unknown: 'nothing' },
  late: { desired: 'report-gone', undesired: 'nothing', unknown: 'nothing' },
  creating: { desired: 'nothing', undesired: 'destroy', unknown: 'nothing' },
  found: { desired: 'adopt', undesired: 'destroy', unknown: 'adopt' },
  running: { desired: 'nothing', undesired: 'destroy', unknown: 'nothing' },
  destroying: { desired: 'nothing', undesired: 'nothing', unknown: 'nothing' },
  dead: { desired: 'reap', undesired: 'reap', unknown: 'reap' },
  lost: { desired: 'report-gone', undesired: 'report-gone', unknown: 'report-gone' },
  gone: { desired: 'nothing', undesired: 'nothing', unknown: 'nothing' },
  told: { desired: 'nothing', undesired: 'forget', unknown: 'nothing' },
  foreign: { desired: 'report-gone', undesired: 'forget', unknown: 'nothing' },
  expired: { desired: 'destroy', undesired: 'destroy', unknown: 'destroy' },
};

const cases = Object.entries(cells).flatMap(([observed, row]) =>
  Object.entries(row).map(([wanted, action]) => [wanted as Wanted, observed as Observed, action] as const),
);

test.each(cases)('%s and %s: %s', (wanted, observed, action) => {
  expect(decideAction({ ...scenes[observed], wanted }).do).toBe(action);
});

test('a machine of another owner is never touched, whatever else is true of it', () => {
  for (const scene of Object.values(scenes))
    for (const wanted of ['desired', 'undesired', 'unknown'] as const) {
      const facts = {
        ...scene,
        wanted,
        machine: { ...machine, owner: other, expiresAt: 0, state: 'dead' as const },
      };
      expect(['report-gone', 'forget', 'nothing']).toContain(decideAction(facts).do);
    }
});

test('an expired machine is destroyed also when no coordinator was ever heard', () => {
  expect(decideAction({ ...scenes.expired, wanted: 'unknown' })).toMatchObject({
    do: 'destroy',
    reason: expect.stringContaining('end of life'),
  });
});

test('the end of a machine is told with the reason its driver gave', () => {
  expect(decideAction({ ...scenes.dead, wanted: 'desired' })).toEqual({
    do: 'reap',
    reason: 'ended by SIGKILL',
  });
});

test('a foreign machine is named as the reason why the wanted one is gone', () => {
  expect(decideAction({ ...scenes.foreign, wanted: 'desired' })).toMatchObject({
    reason: expect.stringContaining(other),
  });
});
