/**
 * The one-time secret with which a guest enrols. It is computed from the machine's id, so nothing is stored, the desired
 * set can be repeated word for word, and whoever gets a ticket knows whose it is. That it binds to the first public key
 * shown is for the machine's row.
 */
import { type MachineId, machineId } from '#shared/ids.ts';
import { createSigner } from './signature.ts';

export type BootTickets = {
  /** `<machine id>.<hmac>`, always the same for a machine. */
  ticketFor(machine: MachineId): string;
  /** The machine whose ticket this is; null when it is nobody's. */
  machineOf(ticket: string): MachineId | null;
};

export function createBootTickets(key: Uint8Array): BootTickets {
  const { sign, isRight } = createSigner(key, 'boot-ticket');
  return {
    ticketFor: machine => `${machine}.${sign(machine)}`,
    machineOf(ticket) {
      const [id = '', signature = '', ...more] = ticket.split('.');
      const machine = machineId.safeParse(id);
      if (!machine.success || more.length > 0) return null;
      return isRight(machine.data, signature) ? machine.data : null;
    },
  };
}
