import { readFile } from 'node:fs/promises';
import type { MachineId } from '#shared/ids.ts';
import { DriverError, messageOf } from '../../errors.ts';
import { bundleMissing } from '../failures.ts';

/** `ca`: certificates that the agent believes besides the usual ones; null: no others. */
export type AgentFiles = { bundle: Uint8Array; ca: Uint8Array | null };

export type AgentPaths = { bundle: string; caFile: string | null };

/** What every machine is brought, as it is now. Throws `DriverError`. */
export async function readAgentFiles(
  { bundle, caFile }: AgentPaths,
  machine: MachineId,
): Promise<AgentFiles> {
  return {
    bundle: await readFile(bundle).catch(cause => {
      throw bundleMissing(machine, bundle, cause);
    }),
    ca:
      caFile === null
        ? null
        : await readFile(caFile).catch(cause => {
            throw new DriverError('ca', `the certificates in ${caFile} cannot be read: ${messageOf(cause)}`, {
              machine,
              isTransient: true,
              cause,
            });
          }),
  };
}
