/** The operational errors of drivers, each a sentence for whoever reads why a machine is gone. */
import type { MachineId } from '#shared/ids.ts';
import { DriverError } from '../errors.ts';
import type { MachineTag } from './machine-directory.ts';

export const foreign = ({ id, owner }: MachineTag): DriverError =>
  new DriverError('machine-foreign', `the machine belongs to ${owner}; it is not touched`, { machine: id });

export const notAgain = (machine: MachineId, reason: string): DriverError =>
  new DriverError('machine-dead', `it is dead and is not created a second time: ${reason}`, { machine });

export const bundleMissing = (machine: MachineId, bundle: string, cause: unknown): DriverError =>
  new DriverError('bundle-missing', `the guest agent's bundle ${bundle} cannot be read; build it`, {
    machine,
    cause,
  });

/** A full disk or file table may pass; a directory in the way or without permission will not. */
export function directoryFailed(machine: MachineId, cause: NodeJS.ErrnoException): DriverError {
  const isTransient = ['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO'].includes(cause.code ?? '');
  return new DriverError('machine-directory', `its directory cannot be made or removed: ${cause.message}`, {
    machine,
    isTransient,
    cause,
  });
}

export const survivors = (machine: MachineId, pids: readonly number[]): DriverError =>
  new DriverError(
    'processes-survive',
    `processes of the machine cannot be killed (${pids.join(', ')}): another user's, or stuck in the kernel`,
    { machine, isTransient: true },
  );
