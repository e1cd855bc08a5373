/** The shell around the machine's state machine: load → decide → save with its event, in the caller's transaction. */
import { isRejected } from '#shared/decision.ts';
import type { AttemptId, Instant, MachineId } from '#shared/ids.ts';
import type { MachineEffect, MachineEvent } from '#shared/machine.ts';
import { decideMachine } from '#shared/machine-machine.ts';
import type { Counted } from '../ground/counted.ts';
import { countedOf } from '../ground/counted-machines.ts';
import type { Wake } from '../ground/wake.ts';
import { appendEvent } from '../store/events.ts';
import { findMachine, type Machine, saveMachineState } from '../store/machines.ts';
import type { Tx } from '../store/store.ts';

export type MachineTransition = { machine: Machine; hasChanged: boolean; wakes: Wake[] };

/**
 * `isSeen`: a machine that is gone is so by the word of its host; else nobody knows what became of it.
 * @throws Error when there is no such machine: callers only know ids of rows.
 */
export async function applyToMachine(
  tx: Tx,
  id: MachineId,
  event: MachineEvent,
  { isSeen }: { isSeen: boolean } = { isSeen: true },
): Promise<MachineTransition> {
  return save(tx, await machineOf(tx, id), event, isSeen);
}

async function machineOf(tx: Tx, id: MachineId): Promise<Machine> {
  const machine = await findMachine(tx, id);
  if (!machine) throw new Error(`there is no machine ${id}`);
  return machine;
}

async function save(
  tx: Tx,
  staleMachine: Machine,
  event: MachineEvent,
  isSeen = true,
): Promise<MachineTransition> {
  const decision = decideMachine(staleMachine.state, event);
  if (isRejected(decision)) return { machine: staleMachine, hasChanged: false, wakes: [] };
  const machine = await saveMachineState(tx, staleMachine, decision.state);
  const { at, type, ...data } = event;
  await appendEvent(tx, {
    at,
    type: `machine.${type}`,
    machine: machine.id,
    host: machine.hostId,
    ...(isPoolNews(staleMachine, event) ? { image: machine.image } : {}),
    data: { ...data, status: machine.state.status },
  });
  const counted = countedOf(staleMachine, machine, at, isSeen);
  const hastened = decision.effects.flatMap(effect => wakesFor(machine, effect));
  return { machine, hasChanged: true, wakes: [...hastened, ...counted.map(asWake)] };
}

const asWake = (counted: Counted): Wake => ({ type: 'counted', counted });

/** What the planner has decided, and machines that never came up; not how each one ends after its attempt. */
const isPoolNews = ({ state }: Machine, { type }: MachineEvent): boolean =>
  type === 'retire-requested' ||
  (type === 'observed-gone' && (state.status === 'requested' || state.status === 'booting'));

function wakesFor(machine: Machine, effect: MachineEffect): Wake[] {
  switch (effect.type) {
    case 'tell-host':
      return [
        { type: 'push-host', host: machine.hostId },
        { type: 'push-machine', machine: machine.id },
        { type: 'fleet' },
      ];
    case 'wake-scheduler':
      return [{ type: 'scheduler' }, { type: 'fleet' }];
    // The attempt is ended by the lease loop, which seals its log first; it derives the loss from this row.
    case 'lose-attempt':
      return [{ type: 'leases' }];
  }
}

export type ReleaseParts = { hadSecrets(tx: Tx, attempt: AttemptId): Promise<boolean> };

/** For the queue: the machine's attempt is over. Whether that had secrets matters to machines that would stay. */
export const createReleaseMachine =
  ({ hadSecrets }: ReleaseParts) =>
  async (tx: Tx, id: MachineId, attempt: AttemptId, at: Instant): Promise<Wake[]> => {
    const machine = await machineOf(tx, id);
    const isTainted = machine.state.reuse === 'static' && (await hadSecrets(tx, attempt));
    const released = { type: 'released', at, attempt } as const;
    return (await save(tx, machine, isTainted ? { ...released, hadSecrets: true } : released)).wakes;
  };
