import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hasFailedToStart,
  isConsoleWanted,
  type MachineEvent,
  type MachineState,
  machineState,
} from '#shared/machine.ts';
import { decideMachine } from '#shared/machine-machine.ts';
import { decisionText } from './decision-text.ts';
import { attempt } from './sample-ids.ts';

const facts = { reuse: 'single-use' } as const;

const machines: { [Status in MachineState['status']]: Extract<MachineState, { status: Status }> } = {
  requested: { status: 'requested', since: 100, ...facts },
  booting: { status: 'booting', since: 100, ...facts },
  ready: { status: 'ready', since: 100, ...facts },
  busy: { status: 'busy', since: 100, attempt: attempt(1), ...facts },
  retiring: { status: 'retiring', since: 100, reason: 'idle', ...facts },
  gone: { status: 'gone', at: 100, reason: 'idle', ...facts },
};

const events: { [Type in MachineEvent['type']]: Extract<MachineEvent, { type: Type }> } = {
  created: { type: 'created', at: 200 },
  'reported-in': { type: 'reported-in', at: 200 },
  leased: { type: 'leased', at: 200, attempt: attempt(2) },
  released: { type: 'released', at: 200, attempt: attempt(1) },
  'retire-requested': { type: 'retire-requested', at: 200, reason: 'draining' },
  'observed-gone': { type: 'observed-gone', at: 200, reason: 'power cut' },
};

const [stale, unchanged, impossible] = ['rejected: stale', 'rejected: unchanged', 'rejected: impossible'];
const retire = 'retiring: tell-host';
const gone = 'gone: tell-host, wake-scheduler';

/** Every cell: what becomes of a single-use machine in this status on this event. */
const table: Record<MachineState['status'], Record<MachineEvent['type'], string>> = {
  requested: {
    created: 'booting',
    'reported-in': 'ready: wake-scheduler',
    leased: impossible,
    released: stale,
    'retire-requested': retire,
    'observed-gone': gone,
  },
  booting: {
    created: unchanged,
    'reported-in': 'ready: wake-scheduler',
    leased: impossible,
    released: stale,
    'retire-requested': retire,
    'observed-gone': gone,
  },
  ready: {
    created: unchanged,
    'reported-in': unchanged,
    leased: 'busy',
    released: stale,
    'retire-requested': retire,
    'observed-gone': gone,
  },
  busy: {
    created: unchanged,
    'reported-in': unchanged,
    leased: stale,
    released: retire,
    'retire-requested': `${retire}, lose-attempt`,
    'observed-gone': `${gone}, lose-attempt`,
  },
  retiring: {
    created: unchanged,
    'reported-in': unchanged,
    leased: impossible,
    released: unchanged,
    'retire-requested': unchanged,
    'observed-gone': gone,
  },
  gone: {
    created: stale,
    'reported-in': stale,
    leased: impossible,
    released: unchanged,
    'retire-requested': unchanged,
    'observed-gone': unchanged,
  },
};

const cells = Object.values(machines).flatMap(machine =>
  Object.values(events).map(event => ({ machine, event })),
);

test.each(cells)('a $machine.status machine on $event.type', ({ machine, event }) => {
  expect(decisionText(decideMachine(machine, event))).toBe(table[machine.status][event.type]);
});

describe('a busy machine', () => {
  test('that is static is ready again when its attempt is over', () => {
    const decision = decideMachine({ ...machines.busy, reuse: 'static' }, events.released);
    expect(decision).toMatchObject({ state: { status: 'ready', since: 200, reuse: 'static' } });
  });

  test('that is static ends after an attempt that had secrets', () => {
    const decision = decideMachine(
      { ...machines.busy, reuse: 'static' },
      { ...events.released, hadSecrets: true },
    );
    expect(decision).toMatchObject({ state: { status: 'retiring', reason: 'its attempt had secrets' } });
  });

  test('is not released by another attempt', () => {
    const decision = decideMachine(machines.busy, { ...events.released, attempt: attempt(7) });
    expect(decisionText(decision)).toBe(stale);
  });

  test('loses its attempt with the machine’s reason', () => {
    const decision = decideMachine(machines.busy, events['observed-gone']);
    const loss = { type: 'lose-attempt', attempt: attempt(1), message: 'power cut' };
    expect(decision).toMatchObject({ effects: expect.arrayContaining([loss]) });
  });
});

test('a machine that was told to go keeps the reason why', () => {
  const decision = decideMachine(machines.retiring, events['observed-gone']);
  expect(decision).toMatchObject({ state: { status: 'gone', reason: 'idle', at: 200 } });
});

test('of a machine that is over it is known whether it failed to start', () => {
  const hasFailedAfter = (machine: MachineState, ...happened: MachineEvent[]) => {
    const end = happened.reduce((state, event) => {
      const decision = decideMachine(state, event);
      if ('rejected' in decision) throw new Error(decisionText(decision));
      return decision.state;
    }, machine);
    expect(isConsoleWanted(end)).toBe(hasFailedToStart(end));
    return hasFailedToStart(end);
  };
  const { 'retire-requested': drained, 'observed-gone': ended } = events;
  const [late, died] = [{ ...drained, hasFailed: true } as const, { ...ended, hasFailed: true } as const];
  for (const machine of [machines.requested, machines.booting]) {
    expect(isConsoleWanted(machine)).toBe(true);
    expect(hasFailedAfter(machine, died)).toBe(true);
    expect(hasFailedAfter(machine, late)).toBe(true);
    expect(hasFailedAfter(machine, late, ended)).toBe(true);
    expect(hasFailedAfter(machine, ended)).toBe(false);
    expect(hasFailedAfter(machine, drained, died)).toBe(false);
    expect(hasFailedAfter(machine, events['reported-in'], late, died)).toBe(false);
  }
  for (const machine of [machines.ready, machines.busy]) {
    expect(isConsoleWanted(machine)).toBe(false);
    expect(hasFailedAfter(machine, died)).toBe(false);
    expect(hasFailedAfter(machine, late, died)).toBe(false);
  }
});

const at = fc.nat();
const reason = fc.constantFrom('draining', 'power cut');
const anyAttempt = fc.integer({ min: 1, max: 3 }).map(attempt);
const anyEvent: fc.Arbitrary<MachineEvent> = fc.oneof(
  fc.record({ type: fc.constantFrom('created', 'reported-in'), at }),
  fc.record({ type: fc.constantFrom('leased', 'released'), at, attempt: anyAttempt }),
  fc.record({ type: fc.constantFrom('retire-requested', 'observed-gone'), at, reason }),
);
const anyReuse = fc.constantFrom('single-use', 'static');

test('in any history a single-use machine sees one attempt, and no attempt is forgotten', () => {
  fc.assert(
    fc.property(anyReuse, fc.array(anyEvent, { maxLength: 40 }), (reuse, storm) => {
      let [machine, leases]: [MachineState, number] = [{ status: 'requested', since: 0, reuse }, 0];
      for (const event of storm) {
        const decision = decideMachine(machine, event);
        if ('rejected' in decision) continue;
        const { state, effects } = decision;
        expect(machineState.parse(state)).toEqual(state);
        expect(machine.status).not.toBe('gone');
        if (machine.status === 'busy')
          expect(effects.some(({ type }) => type === 'lose-attempt')).toBe(event.type !== 'released');
        leases += state.status === 'busy' ? 1 : 0;
        machine = state;
      }
      if (reuse === 'single-use') expect(leases).toBeLessThanOrEqual(1);
    }),
    { numRuns: 300 },
  );
});
