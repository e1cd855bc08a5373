import { readFile } from 'node:fs/promises';
import type { MachineId } from '#shared/ids.ts';
import type { Believed, BroughtAuthorities } from '../believed.ts';
import { DriverError, messageOf } from '../errors.ts';

/** As they are now. Throws `DriverError`. */
export async function readBelieved(
  believed: Believed | null,
  machine?: MachineId,
): Promise<BroughtAuthorities | null> {
  if (believed === null) return null;
  const { file, variable } = believed;
  const pem = await readFile(file, 'utf8').catch(cause => {
    throw new DriverError('ca', `the certificates in ${file} cannot be read: ${messageOf(cause)}`, {
      ...(machine && { machine }),
      isTransient: true,
      cause,
    });
  });
  return { variable, pem };
}
