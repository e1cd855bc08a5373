import { readFile } from 'node:fs/promises';
import type { MachineId } from '#shared/ids.ts';
import type { Believed, BroughtAuthorities } from '../../believed.ts';
import { bundleMissing } from '../failures.ts';
import { readBelieved } from '../read-believed.ts';

/** `ca`: whom the agent believes; null: the usual authorities. */
export type AgentFiles = { bundle: Uint8Array; ca: BroughtAuthorities | null };

export type AgentPaths = { bundle: string; believed: Believed | null };

/** What every machine is brought, as it is now. Throws `DriverError`. */
export async function readAgentFiles(
  { bundle, believed }: AgentPaths,
  machine: MachineId,
): Promise<AgentFiles> {
  return {
    bundle: await readFile(bundle).catch(cause => {
      throw bundleMissing(machine, bundle, cause);
    }),
    ca: await readBelieved(believed, machine),
  };
}
