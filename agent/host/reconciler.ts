/**
 * The shell around `reconcile.ts`: brings the machines of this host closer to the desired set, level-triggered. Only a
 * tick starts actions; the ledger is on disk before a machine is made; nothing is concluded from a driver that does not
 * answer, nor from a list that was asked for while an action on the same machine was under way.
 */
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { HostDesired, ObservedMachine } from '#shared/messages.ts';
import { type Actions, createActions } from './actions.ts';
import { carryOut } from './carry-out.ts';
import { describeMachine } from './describe-machine.ts';
import type { Driver } from './drivers/driver.ts';
import { isLower, type Ledger, type SetNumber } from './ledger.ts';
import { type Listing, listMachines } from './list-machines.ts';
import type { Log } from './log.ts';
import { startLoop } from './loop.ts';
import { type DesiredSet, plan } from './plan.ts';

export type ReconcilerParts = {
  host: HostId;
  drivers: readonly Driver[];
  ledger: Ledger;
  log: Log;
  /** What `observed` answers may have changed. */
  onChange: () => void;
};

export type Observation = { acted: SetNumber; machines: ObservedMachine[] };

export type Reconciler = {
  /** Takes a desired set over; one that is older than the newest is refused. Repeating one is harmless. */
  obey(set: HostDesired): void;
  /** What the coordinator should know; says something about every machine of the set that was acted on. */
  observed(): Observation;
  /** The coordinator has answered a report that said these machines are gone. */
  told(ids: readonly MachineId[]): void;
  /** Resolves when the machines were looked at for the first time; until then `observed` knows too little. */
  ready: Promise<void>;
  /** Ends what is under way and leaves machines as they are. */
  close(): Promise<void>;
};

const nowhere: Listing = { machines: new Map(), failures: new Map() };

/** Starts to look after the machines of these drivers. Close it before the drivers. */
export function startReconciler(parts: ReconcilerParts): Reconciler {
  const { drivers, ledger, log } = parts;
  const actions = createActions({ drivers, ledger, log, onEnded: () => onEnded() });
  const looked = Promise.withResolvers<void>();
  let newest: DesiredSet | null = null;
  /** The set of the last tick: a report speaks of all of its machines, so it must not claim a newer one. */
  let acted: DesiredSet | null = null;
  let listing = nowhere;

  const observed = (): Observation => ({
    acted: numberOf(acted ?? ledger.acted()),
    machines: describeAll({ actions, ledger, set: acted, listing }),
  });
  const announce = whenDifferent(parts.onChange, () => JSON.stringify(observed()));

  const tick = async (signal: AbortSignal): Promise<number> => {
    const set = newest;
    const busy = actions.ids();
    const fresh = await listMachines(drivers, signal).catch(() => null);
    if (!fresh) return 0; // only closing makes the listing fail as a whole
    reportFailures(log, listing, fresh);
    listing = fresh;
    const settled = new Set(busy.filter(id => actions.underWay(id) === null));
    const steps = plan({ ...parts, actions, set, listing, now: Date.now() });
    await carryOut({ ...parts, actions, set, listing, steps: steps.filter(({ id }) => !settled.has(id)) });
    acted = set;
    looked.resolve();
    announce();
    return Math.min(limits.hostReportMs, actions.nextIn() ?? limits.hostReportMs);
  };
  const loop = startLoop(tick);
  const onEnded = () => {
    loop.wake();
    announce();
  };
  const watches = drivers.map(driver => driver.watch(loop.wake));

  return {
    obey: ({ epoch, generation, machines }) => {
      const number = { epoch, generation };
      const last = newest ?? ledger.acted();
      if (isLower(number, last)) {
        log('warn', 'a desired set of an older brain was refused', number);
        return;
      }
      const isNew = newest === null || isLower(last, number);
      newest = { ...number, machines: new Map(machines.map(machine => [machine.id, machine])) };
      if (isNew) loop.wake();
    },
    observed,
    told: ids => {
      const untold = ids.flatMap(id => {
        const entry = ledger.get(id);
        return entry?.state === 'gone' && !entry.isTold ? [{ id, entry }] : [];
      });
      for (const { id, entry } of untold) ledger.set(id, { ...entry, isTold: true });
      if (untold.length > 0) loop.wake();
    },
    ready: looked.promise,
    close: async () => {
      for (const unwatch of watches) unwatch();
      // First the loop: a tick that is still at work may start actions.
      await loop.close();
      await actions.close();
    },
  };
}

const numberOf = ({ epoch, generation }: SetNumber): SetNumber => ({ epoch, generation });

type Scene = { actions: Actions; ledger: Ledger; set: DesiredSet | null; listing: Listing };

function describeAll({ actions, ledger, set, listing }: Scene): ObservedMachine[] {
  const ids = new Set([...ledger.ids(), ...actions.ids(), ...(set?.machines.keys() ?? [])]);
  return [...ids].map(id => ({
    id,
    ...describeMachine({
      entry: ledger.get(id),
      machine: listing.machines.get(id)?.machine ?? null,
      underWay: actions.underWay(id),
      retry: actions.retryOf(id),
    }),
  }));
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
