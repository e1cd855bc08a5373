/** What keeps the machines of one computer: an outpost there, or (proxied-computer.ts) this host itself. */
import type { DesiredMachine } from '#shared/host-messages.ts';
import type { MachineId } from '#shared/ids.ts';
import { readAgentFiles } from '../agent-files.ts';
import type { DriverMachine } from '../driver.ts';
import type { Outpost } from './outpost.ts';

/** As the calls of `driver.ts`, of one computer. */
export type MachineKeeper = {
  list(signal: AbortSignal): Promise<DriverMachine[]>;
  create(machine: DesiredMachine, signal: AbortSignal): Promise<void>;
  destroy(id: MachineId, signal: AbortSignal): Promise<void>;
  evidence(id: MachineId, signal: AbortSignal): Promise<Uint8Array | null>;
};

/** `bundle`: of the guest agent, which is brought there when it has another. */
export const keeperByOutpost = (outpost: Outpost, bundle: string): MachineKeeper => ({
  list: signal => outpost.call('list', {}, signal),
  async create(machine, signal) {
    await bringAgent(outpost, machine.id, bundle, signal);
    await outpost.call('create', { machine }, signal);
  },
  destroy: async (id, signal) => void (await outpost.call('destroy', { id }, signal)),
  async evidence(id, signal) {
    const text = await outpost.call('evidence', { id }, signal);
    return text === null ? null : Buffer.from(text, 'base64');
  },
});

async function bringAgent(
  outpost: Outpost,
  machine: MachineId,
  bundle: string,
  signal: AbortSignal,
): Promise<void> {
  const { bundle: bytes, sha256 } = await readAgentFiles({ bundle, believed: null }, machine);
  const there = await outpost.call('agent', {}, signal);
  if (there !== sha256)
    await outpost.call('bring', { bundle: Buffer.from(bytes).toString('base64'), sha256 }, signal);
}
