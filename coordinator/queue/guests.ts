/**
 * What guests say and are told. Level-triggered: a renewal says what is, the answer says what should be, and both may be
 * repeated or lost. The sender is proven by the subject; the attempt and number in the payload are checked against rows.
 */
import { isRejected } from '#shared/decision.ts';
import { decideMachine } from '#shared/machine-machine.ts';
import { type GuestDesired, guestRenewal } from '#shared/messages.ts';
import { countedOf } from '../ground/counted-machines.ts';
import type { Wake } from '../ground/wake.ts';
import { appendEvent } from '../store/events.ts';
import { findMachine, type Machine, saveMachineState } from '../store/machines.ts';
import { onFinished } from './finished.ts';
import { desiredOf } from './guest-desired.ts';
import type { GuestParts, Guests } from './guest-ports.ts';
import { hearRunning } from './progress.ts';

export function createGuests(parts: GuestParts): Guests {
  return {
    onRenewal: (sender, payload) => onRenewal(parts, sender, payload),
    onFinished: (sender, payload) => onFinished(parts, sender, payload),
    async desiredFor(id) {
      const machine = await findMachine(parts.store.read, id);
      return machine ? desiredOf(parts, machine, null) : { want: 'retire' };
    },
  };
}

async function onRenewal(parts: GuestParts, sender: string, payload: unknown): Promise<GuestDesired | null> {
  const parsed = guestRenewal.safeParse(payload);
  if (!parsed.success || parsed.data.machine !== sender) return null;
  const renewal = parsed.data;
  const machine = await findMachine(parts.store.read, renewal.machine);
  if (!machine) return { want: 'retire' };
  const isNew = machine.state.status === 'requested' || machine.state.status === 'booting';
  const current = isNew ? await reportIn(parts, machine) : machine;
  await hearRunning(parts, renewal);
  return desiredOf(parts, current, renewal.running);
}

/** The machine's first renewal makes it ready. */
async function reportIn({ store, wakeUp, now }: GuestParts, { id }: Machine): Promise<Machine> {
  const { machine, wakes } = await store.write(async tx => {
    const staleMachine = await findMachine(tx, id);
    if (!staleMachine) throw new Error(`there is no machine ${id}`);
    const decision = decideMachine(staleMachine.state, { type: 'reported-in', at: now() });
    if (isRejected(decision)) return { machine: staleMachine, wakes: [] };
    const saved = await saveMachineState(tx, staleMachine, decision.state);
    await appendEvent(tx, { at: now(), type: 'machine.reported-in', machine: id, host: saved.hostId });
    const wakes: Wake[] = [{ type: 'scheduler' }];
    for (const counted of countedOf(staleMachine, saved, now(), true))
      wakes.push({ type: 'counted', counted });
    return { machine: saved, wakes };
  });
  wakeUp(wakes);
  return machine;
}
