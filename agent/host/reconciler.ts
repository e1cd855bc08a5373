/**
 * The shell around `reconcile.ts`: brings the machines of this host closer to the desired set, level-triggered. Only a
 * tick starts actions; the ledger is on disk before a machine is made; nothing is concluded from a driver that does not
 * answer, nor from a list that was asked for while an action on the same machine was under way.
 */

import type { HostDesired, ObservedMachine } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { Actions } from './actions.ts';
import { carryOut } from './carry-out.ts';
import { describeMachine } from './describe-machine.ts';
import type { Driver } from './drivers/driver.ts';
import type { Evidence } from './evidence.ts';
import { isLower, type Ledger, type SetNumber } from './ledger.ts';
import { type Listing, listMachines } from './list-machines.ts';
import type { Log } from './log.ts';
import { type Loop, startLoop } from './loop.ts';
import { type DesiredSet, isUnseen, plan } from './plan.ts';

export type ReconcilerParts = {
  host: HostId;
  drivers: readonly Driver[];
  ledger: Ledger;
  evidence: Evidence;
  log: Log;
  /** What `observed` answers may have changed. */
  onChange: () => void;
};

export type Observation = { acted: SetNumber; machines: ObservedMachine[] };

const nowhere: Listing = { machines: new Map(), failures: new Map() };

/** Looks after the machines of its drivers from its construction on. Close it before the drivers. */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #actions: Actions;
  readonly #loop: Loop;
  readonly #watches: (() => void)[];
  readonly #announce: () => void;
  readonly #looked = Promise.withResolvers<void>();
  /** What is to be acted on next; null until the first set arrives. */
  #newest: DesiredSet | null = null;
  /** The set of the last tick: a report speaks of all of its machines, so it must not claim a newer one. */
  #acted: DesiredSet | null = null;
  /** Its number, or that of the last tick before this start. */
  #actedNumber: SetNumber;
  #listing = nowhere;
  /** Machines of which the coordinator has not heard; null: it has not said so yet, and it may be any. */
  #evidenceOf: ReadonlySet<MachineId> | null = null;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#actedNumber = parts.ledger.acted();
    this.#announce = whenDifferent(parts.onChange, () => JSON.stringify(this.observed()));
    const console = { keep: this.#keepConsole, drop: parts.evidence.drop };
    this.#actions = new Actions({ ...parts, console, onEnded: () => this.#onEnded() });
    this.#loop = startLoop(signal => this.#tick(signal));
    this.#watches = parts.drivers.map(driver => driver.watch(this.#loop.wake));
  }

  /** Resolves when the machines were looked at for the first time; until then `observed` knows too little. */
  get ready(): Promise<void> {
    return this.#looked.promise;
  }

  /** Takes a desired set over; one that is older than the newest is refused. Repeating one is harmless. */
  obey({ epoch, generation, machines, evidenceOf }: HostDesired): void {
    const number = { epoch, generation };
    const last = this.#newest ?? this.#parts.ledger.acted();
    if (isLower(number, last)) {
      this.#parts.log('warn', 'a desired set of an older brain was refused', number);
      return;
    }
    const isNew = this.#newest === null || isLower(last, number);
    this.#evidenceOf = new Set(evidenceOf);
    this.#newest = { ...number, machines: new Map(machines.map(machine => [machine.id, machine])) };
    if (isNew) this.#loop.wake();
  }

  /** What the coordinator should know; says something about every machine of the set that was acted on. */
  observed(): Observation {
    const { ledger } = this.#parts;
    const ids = new Set([...ledger.ids(), ...this.#actions.ids(), ...(this.#acted?.machines.keys() ?? [])]);
    return { acted: this.#actedNumber, machines: [...ids].map(id => this.#describe(id)) };
  }

  /** The coordinator has answered a report that said these machines are gone. */
  told(ids: readonly MachineId[]): void {
    const { ledger } = this.#parts;
    for (const id of ids) {
      const entry = ledger.get(id);
      if (entry?.state !== 'gone' || entry.isTold) continue;
      ledger.set(id, { ...entry, isTold: true });
      this.#loop.wake();
    }
  }

  /** Machines that are over, of which there is a console. */
  evidenceOf(): MachineId[] {
    const { evidence, ledger } = this.#parts;
    return evidence
      .ids()
      .filter(id => ledger.get(id)?.state !== 'made' && this.#actions.underWay(id) === null);
  }

  /** Ends what is under way and leaves machines as they are. */
  async close(): Promise<void> {
    for (const unwatch of this.#watches) unwatch();
    // First the loop: a tick that is still at work may start actions.
    await this.#loop.close();
    await this.#actions.close();
  }

  async #tick(signal: AbortSignal): Promise<number> {
    const { drivers, ledger, log } = this.#parts;
    const set = this.#newest;
    const busy = this.#actions.ids();
    const listing = await listMachines(drivers, signal).catch(() => null);
    if (!listing) return 0; // only closing makes the listing fail as a whole
    reportFailures(log, this.#listing, listing);
    this.#listing = listing;
    const overtaken = new Set(busy.filter(id => this.#actions.underWay(id) === null));
    const scene = { ...this.#parts, actions: this.#actions, set, listing };
    // What falls due after this instant wakes the next tick; read later it could slip between plan and rest.
    const [now, monotonicNow] = [Date.now(), performance.now()];
    const steps = plan({ ...scene, now }).filter(({ id }) => !overtaken.has(id));
    await carryOut({ ...scene, steps });
    this.#acted = set;
    this.#actedNumber = ledger.acted();
    this.#looked.resolve();
    this.#announce();
    return Math.min(limits.hostReportMs, this.#actions.nextIn(monotonicNow), nextExpiryIn(listing, now));
  }

  readonly #keepConsole = async (driver: Driver, id: MachineId): Promise<void> => {
    if (this.#evidenceOf?.has(id) ?? true) await this.#parts.evidence.keep(driver, id);
  };

  #onEnded(): void {
    this.#loop.wake();
    this.#announce();
  }

  #describe(id: MachineId): ObservedMachine {
    const { ledger } = this.#parts;
    const known = {
      entry: ledger.get(id),
      machine: this.#listing.machines.get(id)?.machine ?? null,
      underWay: this.#actions.underWay(id),
      retry: this.#actions.retryOf(id),
      isTakenOver: this.#actions.isTakenOver(id),
      isUnseen: isUnseen(id, { ledger, set: this.#acted, listing: this.#listing }),
    };
    return { id, ...describeMachine(known) };
  }
}

/** Milliseconds until the next machine expires, infinite when none will; those that have are being dealt with. */
function nextExpiryIn({ machines }: Listing, now: number): number {
  const left = [...machines.values()].map(({ machine }) => machine.expiresAt - now).filter(ms => ms > 0);
  return Math.min(...left);
}

/** Calls only when the text is another than last time: a report that says the same would bring an answer for nothing. */
function whenDifferent(call: () => void, text: () => string): () => void {
  let last = '';
  return () => {
    const now = text();
    if (now === last) return;
    last = now;
    call();
  };
}

/** A driver that fails is worth a line when it begins, says something else, or ends. */
function reportFailures(log: Log, before: Listing, after: Listing): void {
  for (const [driver, message] of after.failures)
    if (before.failures.get(driver) !== message)
      log('error', `the ${driver} driver cannot list its machines: ${message}; they are left as they are`);
  for (const driver of before.failures.keys())
    if (!after.failures.has(driver)) log('info', `the ${driver} driver lists its machines again`);
}
