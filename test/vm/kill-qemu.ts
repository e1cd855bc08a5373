import { findQemu } from '#agent/host/drivers/libvirt/qemu-process.ts';
import type { MachineId } from '#shared/ids.ts';

/** Without a word to libvirt. */
export async function killQemu(id: MachineId): Promise<void> {
  const pid = await findQemu(id);
  if (pid === null) throw new Error(`no QEMU of ${id} runs`);
  process.kill(pid, 'SIGKILL');
}
