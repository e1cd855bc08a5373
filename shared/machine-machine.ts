/**
 * The life of a machine: one VM, one static computer or one process pretending to be either. Invariants: a single-use
 * machine sees one attempt, and a machine that was given secrets no other after it; whoever holds an attempt when its machine goes loses it, with the machine's reason.
 */
import { type Decision, decideBy, impossible, stale, type Table, unchanged } from './decision.ts';
import type { Instant } from './ids.ts';
import {
  hasFailedToStart,
  isStarting,
  type MachineEffect,
  type MachineEvent,
  type MachineState,
} from './machine.ts';

type MachineDecision = Decision<MachineState, MachineEffect>;

const ready = (machine: MachineState, at: Instant): MachineDecision => ({
  state: { status: 'ready', since: at, reuse: machine.reuse },
  effects: [{ type: 'wake-scheduler' }],
});

type End = { at: Instant; reason: string; hasFailed?: true };

const endOf = (machine: MachineState, { reason, hasFailed }: End) => ({
  reason,
  reuse: machine.reuse,
  ...(hasFailedToStart(machine) || (hasFailed && isStarting(machine))
    ? { hasFailedToStart: true as const }
    : {}),
});

const retire = (machine: MachineState, end: End): MachineDecision => ({
  state: { status: 'retiring', since: end.at, ...endOf(machine, end) },
  effects: [{ type: 'tell-host' }],
});

const gone = (machine: MachineState, end: End): MachineDecision => ({
  state: { status: 'gone', at: end.at, ...endOf(machine, end) },
  effects: [{ type: 'tell-host' }, { type: 'wake-scheduler' }],
});

const table: Table<MachineState, MachineEvent, MachineEffect> = {
  requested: {
    created: (machine, { at }) => ({
      state: { status: 'booting', since: at, reuse: machine.reuse },
      effects: [],
    }),
    // A quick guest may enrol before its host's next report.
    'reported-in': (machine, { at }) => ready(machine, at),
    leased: () => impossible('the machine does not run yet'),
    released: () => stale('the machine has had no attempt'),
    'retire-requested': retire,
    'observed-gone': gone,
  },
  booting: {
    created: () => unchanged('already booting'),
    'reported-in': (machine, { at }) => ready(machine, at),
    leased: () => impossible('the machine has not reported in'),
    released: () => stale('the machine has had no attempt'),
    'retire-requested': retire,
    'observed-gone': gone,
  },
  ready: {
    created: () => unchanged('already up'),
    'reported-in': () => unchanged('already ready'),
    leased: (machine, { at, attempt }) => ({
      state: { status: 'busy', since: at, attempt, reuse: machine.reuse },
      effects: [],
    }),
    released: () => stale('the machine holds no attempt'),
    'retire-requested': retire,
    'observed-gone': gone,
  },
  busy: {
    created: () => unchanged('already up'),
    'reported-in': () => unchanged('already busy'),
    leased: () => stale('the machine holds an attempt'),
    released: (machine, { at, attempt, hadSecrets }) => {
      if (attempt !== machine.attempt) return stale(`the machine holds ${machine.attempt}`);
      if (machine.reuse === 'single-use') return retire(machine, { at, reason: 'its one attempt is over' });
      return hadSecrets ? retire(machine, { at, reason: 'its attempt had secrets' }) : ready(machine, at);
    },
    'retire-requested': (machine, event) => losingAttempt(machine, event.reason, retire(machine, event)),
    'observed-gone': (machine, event) => losingAttempt(machine, event.reason, gone(machine, event)),
  },
  retiring: {
    created: () => unchanged('on its way out'),
    'reported-in': () => unchanged('on its way out'),
    leased: () => impossible('the machine is on its way out'),
    released: () => unchanged('on its way out'),
    'retire-requested': () => unchanged('already retiring'),
    'observed-gone': (machine, { at }) => gone(machine, { at, reason: machine.reason }),
  },
  gone: {
    created: () => stale('the machine is gone'),
    'reported-in': () => stale('the machine is gone'),
    leased: () => impossible('the machine is gone'),
    released: () => unchanged('the machine is gone'),
    'retire-requested': () => unchanged('already gone'),
    'observed-gone': () => unchanged('already gone'),
  },
};

function losingAttempt(
  machine: Extract<MachineState, { status: 'busy' }>,
  message: string,
  decision: MachineDecision,
): MachineDecision {
  if ('rejected' in decision) return decision;
  return {
    state: decision.state,
    effects: [...decision.effects, { type: 'lose-attempt', attempt: machine.attempt, message }],
  };
}

/** The next state of a machine and what the shell has to do about it; total over every status and event. */
export const decideMachine = (state: MachineState, event: MachineEvent): MachineDecision =>
  decideBy(table, state, event);
