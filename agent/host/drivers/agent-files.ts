import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { MachineId } from '#shared/ids.ts';
import type { Believed, BroughtAuthorities } from '../believed.ts';
import { sha256Of } from './checked-start.ts';
import { bundleMissing } from './failures.ts';
import { readBelieved } from './read-believed.ts';

/** `sha256`: what the bundle shall be; a machine does not start another. `ca`: whom the agent believes; null: the usual authorities. */
export type AgentFiles = { bundle: Uint8Array; sha256: string; ca: BroughtAuthorities | null };

export type AgentPaths = { bundle: string; believed: Believed | null };

/** What every machine is brought, as it is now. Throws `DriverError`. */
export async function readAgentFiles(
  { bundle, believed }: AgentPaths,
  machine: MachineId,
): Promise<AgentFiles> {
  const bytes = await readFile(bundle).catch(cause => {
    throw bundleMissing(machine, bundle, cause);
  });
  return {
    bundle: bytes,
    sha256: (await recordedDigest(bundle)) ?? sha256Of(bytes),
    ca: await readBelieved(believed, machine),
  };
}

const record = z.object({ sha256: z.hash('sha256') });

/** What was built, as the record beside it says; null for a bundle that came by itself. */
async function recordedDigest(bundle: string): Promise<string | null> {
  const text = await readFile(`${bundle}.json`, 'utf8').catch(() => null);
  return text === null ? null : record.parse(JSON.parse(text)).sha256;
}
