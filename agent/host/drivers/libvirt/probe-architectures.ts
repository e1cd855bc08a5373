import { execa } from 'execa';
import type { MachineArchitecture } from '#shared/messages.ts';
import { archOfHost, type Hardware, hardwareArchs } from './domain.ts';

/** A QEMU only says its version. */
const patienceMs = 5_000;

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

async function isThere(arch: Hardware['arch'], searchPath: string): Promise<boolean> {
  const { exitCode } = await execa(`qemu-system-${arch}`, ['--version'], {
    env: { PATH: searchPath },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  return exitCode === 0;
}
