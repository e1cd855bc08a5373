import type { MachineArchitecture } from '#shared/host-messages.ts';
import { archOfHost, type Hardware, hardwareArchs } from './domain.ts';
import { runQemu } from './run-qemu.ts';

/** Of which processors machines can be made here: those whose QEMU answers. What is not the host's own is emulated. */
export async function probeArchitectures(
  searchPath: string,
  accelerator: Hardware['accelerator'],
): Promise<MachineArchitecture[]> {
  const answers = await Promise.all(hardwareArchs.map(arch => isThere(arch, searchPath)));
  return hardwareArchs
    .filter((_, index) => answers[index])
    .map(arch => ({ arch, isEmulated: accelerator === 'tcg' || arch !== archOfHost }));
}

const isThere = async (arch: Hardware['arch'], searchPath: string): Promise<boolean> =>
  (await runQemu(arch, ['--version'], searchPath)) === 0;
