import type { DesiredMachine } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import type { Actions } from './actions.ts';
import type { Ledger, SetNumber } from './ledger.ts';
import type { Listing } from './list-machines.ts';
import { type Action, decideAction } from './reconcile.ts';

export type DesiredSet = SetNumber & { machines: ReadonlyMap<MachineId, DesiredMachine> };

export type Step = { id: MachineId; action: Exclude<Action, { do: 'nothing' }> };

export type Situation = {
  host: HostId;
  ledger: Pick<Ledger, 'get' | 'ids'>;
  actions: Pick<Actions, 'ids' | 'underWay' | 'isTakenOver'>;
  /** Null until the first desired set arrives. */
  set: DesiredSet | null;
  listing: Listing;
  now: number;
};

/** What is to be done for every machine that is wanted, there, or remembered. Reads, changes nothing. */
export function plan(situation: Situation): Step[] {
  const { ledger, actions, set, listing } = situation;
  // One that is only prepared is in none of the others when it is wanted no more.
  const ids = new Set([
    ...(set?.machines.keys() ?? []),
    ...listing.machines.keys(),
    ...ledger.ids(),
    ...actions.ids(),
  ]);
  return [...ids].flatMap(id => {
    if (isUnseen(id, situation)) return [];
    const action = decideFor(id, situation);
    return action.do === 'nothing' ? [] : [{ id, action }];
  });
}

/** Its driver did not answer: that it is not listed means nothing. */
export function isUnseen(
  id: MachineId,
  { ledger, set, listing }: Pick<Situation, 'ledger' | 'set' | 'listing'>,
): boolean {
  if (listing.machines.has(id)) return false;
  const entry = ledger.get(id);
  const driver = entry?.state === 'made' ? entry.driver : set?.machines.get(id)?.image.machine.driver;
  return driver !== undefined && listing.failures.has(driver);
}

function decideFor(id: MachineId, { host, ledger, actions, set, listing, now }: Situation): Action {
  const desired = set?.machines.get(id) ?? null;
  return decideAction({
    host,
    now,
    wanted: set === null ? 'unknown' : desired ? 'desired' : 'undesired',
    desired,
    machine: listing.machines.get(id)?.machine ?? null,
    entry: ledger.get(id),
    underWay: actions.underWay(id),
    isTakenOver: actions.isTakenOver(id),
  });
}
