import type { MachineId } from '#shared/ids.ts';
import type { Actions } from './actions.ts';
import { messageOf } from './errors.ts';
import type { Ledger } from './ledger.ts';
import type { Listing } from './list-machines.ts';
import type { Log } from './log.ts';
import type { DesiredSet, Step } from './plan.ts';

export type Order = {
  steps: readonly Step[];
  set: DesiredSet | null;
  listing: Listing;
  actions: Actions;
  ledger: Ledger;
  log: Log;
};

/**
 * Carries the steps out: notes first, then the ledger to disk, then the slow actions. A ledger that cannot be written
 * holds back creations only: a machine that is not in the ledger could be made twice after a crash.
 */
export async function carryOut(order: Order): Promise<void> {
  const { steps, set, actions, ledger } = order;
  actions.keepRetries(new Set(steps.map(({ id }) => id)));
  actions.keepPrepared(set?.machines ?? new Map());
  for (const step of steps) noteQuick(step, order);
  const due = dueIn(order);
  for (const machine of due) if (!actions.isPrepared(machine)) actions.prepare(machine);
  const creations = due.filter(machine => actions.isPrepared(machine)).slice(0, actions.freeCreates());
  for (const { id, image } of creations) ledger.set(id, { state: 'made', driver: image.machine.driver });
  if (set) ledger.act(set);
  const isSaved = await save(order);
  for (const machine of creations)
    if (isSaved) actions.create(machine);
    else ledger.forget(machine.id);
  for (const { id, action } of steps)
    if (action.do === 'destroy' || action.do === 'reap') startDestroying(id, action.reason, order);
}

function noteQuick({ id, action }: Step, { actions, ledger, listing, log }: Order): void {
  if (action.do === 'forget') ledger.forget(id);
  if (action.do === 'report-gone') ledger.set(id, { state: 'gone', reason: action.reason, isTold: false });
  const listed = listing.machines.get(id);
  if (action.do !== 'adopt' || !listed) return;
  actions.takeOver(id);
  ledger.set(id, { state: 'made', driver: listed.driver.name });
  log('info', 'machine was running before this agent started; it goes on', { machine: id });
}

const dueIn = ({ steps, set, actions }: Order) =>
  steps
    .filter(({ id, action }) => action.do === 'create' && actions.mayStart(id, 'create'))
    .flatMap(({ id }) => set?.machines.get(id) ?? []);

function startDestroying(id: MachineId, reason: string, { actions, listing }: Order): void {
  if (actions.mayStart(id, 'destroy')) actions.destroy(listing.machines.get(id)?.driver, id, reason);
}

async function save({ ledger, log }: Order): Promise<boolean> {
  try {
    await ledger.save();
    return true;
  } catch (error) {
    log('error', `the ledger cannot be written: ${messageOf(error)}; no machine is created until it can be`);
    return false;
  }
}
