/**
 * What a machine of the process driver is on disk, beside its tag (`../machine-directory.ts`):
 *
 *   ticket        the boot ticket, for the guest's eyes (0600)
 *   console       what the guest writes to stdout and stderr: boot evidence, bounded
 *   home/         the suite's home (single-use machines; a static one has the host user's)
 *   work/         the guest's workspace and journal
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { MachineId } from '#shared/ids.ts';
import * as directories from '../machine-directory.ts';

export const processTag = directories.machineTag.extend({
  /** See `ProcessIdentity`; null until the guest runs. */
  guest: z.object({ pid: z.number().int().positive(), startedAt: z.number() }).nullable(),
});
export type ProcessTag = z.infer<typeof processTag>;

export type MachinePlaces = Record<'directory' | 'tag' | 'ticket' | 'console' | 'home' | 'work', string>;

export function placesOf(machines: string, id: MachineId): MachinePlaces {
  const directory = directories.directoryOf(machines, id);
  const at = (name: string) => join(directory, name);
  return {
    directory,
    tag: directories.tagFileOf(machines, id),
    ticket: at('ticket'),
    console: at('console'),
    home: at('home'),
    work: at('work'),
  };
}

/** Makes a machine's directory, whole or not at all. Fails when there is one already. */
export const makeMachineDirectory = (machines: string, tag: ProcessTag, ticket: string): Promise<void> =>
  directories.makeMachineDirectory(machines, tag, async draft => {
    for (const name of ['home', 'work']) await mkdir(join(draft, name), { mode: 0o700 });
    await writeFile(join(draft, 'ticket'), ticket, { mode: 0o600 });
    await writeFile(join(draft, 'console'), '', { mode: 0o600 });
  });
