/**
 * What a host does about one machine: a total table of what the coordinator wants against what is observed.
 * Invariants: a machine of another owner is never touched; an id is created at most once; one that has expired is
 * destroyed whoever wants it, also while no coordinator can be reached; nothing else is destroyed without a word from
 * the coordinator; an end is reported until the coordinator no longer wants the machine and has answered.
 */

import type { DesiredMachine } from '#shared/host-messages.ts';
import type { HostId } from '#shared/ids.ts';
import type { DriverMachine } from './drivers/driver.ts';
import type { LedgerEntry } from './ledger.ts';

/** `unknown`: no desired set has arrived since this start of the agent. */
export type Wanted = 'desired' | 'undesired' | 'unknown';

export type Observed =
  /** Nothing there, and never was. */
  | 'absent'
  /** Nothing there, and already past the end it should have had. */
  | 'late'
  /** A `create` of it is under way, or a `prepare`. */
  | 'creating'
  /** Runs and carries our tag, but this start of the agent has not taken it over yet. */
  | 'found'
  | 'running'
  /** A `destroy` of it is under way. */
  | 'destroying'
  /** Does not run any more; what is left of it has to be cleared. */
  | 'dead'
  /** We made it and nothing is left of it. */
  | 'lost'
  /** Ended and cleared; no answered report has said so yet. */
  | 'gone'
  /** Ended and cleared, and an answered report has said so. */
  | 'told'
  /** Carries the tag of another owner. */
  | 'foreign'
  /** Runs beyond its expiry. */
  | 'expired';

export type Action =
  | { do: 'create' }
  | { do: 'adopt' }
  | { do: 'destroy'; reason: string }
  /** Clears what is left of a dead machine. */
  | { do: 'reap'; reason: string }
  /** Notes that it is gone, for every report to come. */
  | { do: 'report-gone'; reason: string }
  /** Nobody needs to know about it any more. */
  | { do: 'forget' }
  | { do: 'nothing' };

/** Everything known about one id at one instant. */
export type Facts = {
  host: HostId;
  now: number;
  wanted: Wanted;
  desired: DesiredMachine | null;
  machine: DriverMachine | null;
  entry: LedgerEntry | null;
  underWay: 'prepare' | 'create' | 'destroy' | null;
  /** This start of the agent has created or adopted it. */
  isTakenOver: boolean;
};

/** What is observed, in one word. Foreign comes first: whatever else is true of such a machine is not our business. */
export function observe({ host, now, machine, entry, underWay, isTakenOver, desired }: Facts): Observed {
  if (machine && machine.owner !== host) return 'foreign';
  if (underWay) return underWay === 'destroy' ? 'destroying' : 'creating';
  if (machine) {
    if (machine.state !== 'running') return 'dead';
    if (machine.expiresAt <= now) return 'expired';
    return isTakenOver ? 'running' : 'found';
  }
  if (entry) return entry.state === 'made' ? 'lost' : entry.isTold ? 'told' : 'gone';
  return desired && desired.expiresAt <= now ? 'late' : 'absent';
}

type Cell = (facts: Facts) => Action;

const nothing: Cell = () => ({ do: 'nothing' });
const create: Cell = () => ({ do: 'create' });
const adopt: Cell = () => ({ do: 'adopt' });
const forget: Cell = () => ({ do: 'forget' });
const reap: Cell = ({ machine }) => ({ do: 'reap', reason: machine?.reason ?? 'the machine has ended' });
const unwanted: Cell = () => ({ do: 'destroy', reason: 'the coordinator no longer wants it' });
const overAge: Cell = ({ machine }) => ({
  do: 'destroy',
  reason: `it had reached its end of life (${new Date(machine?.expiresAt ?? 0).toISOString()})`,
});
const reportLost: Cell = () => ({
  do: 'report-gone',
  reason: 'nothing was left of the machine when its host looked for it; was it removed by hand?',
});
const reportLate: Cell = () => ({
  do: 'report-gone',
  reason:
    'it was past its end of life before it could be created; compare the clocks of host and coordinator',
});
const reportForeign: Cell = ({ machine }) => ({
  do: 'report-gone',
  reason: `a machine of this name belongs to ${machine?.owner ?? 'another host'}; it was not touched`,
});

const table: Record<Observed, Record<Wanted, Cell>> = {
  absent: { desired: create, undesired: nothing, unknown: nothing },
  late: { desired: reportLate, undesired: nothing, unknown: nothing },
  creating: { desired: nothing, undesired: unwanted, unknown: nothing },
  found: { desired: adopt, undesired: unwanted, unknown: adopt },
  running: { desired: nothing, undesired: unwanted, unknown: nothing },
  destroying: { desired: nothing, undesired: nothing, unknown: nothing },
  dead: { desired: reap, undesired: reap, unknown: reap },
  lost: { desired: reportLost, undesired: reportLost, unknown: reportLost },
  gone: { desired: nothing, undesired: nothing, unknown: nothing },
  told: { desired: nothing, undesired: forget, unknown: nothing },
  foreign: { desired: reportForeign, undesired: forget, unknown: nothing },
  expired: { desired: overAge, undesired: overAge, unknown: overAge },
};

/** The one action that brings a machine closer to what is wanted; total over everything wanted and observed. */
export const decideAction = (facts: Facts): Action => table[observe(facts)][facts.wanted](facts);
