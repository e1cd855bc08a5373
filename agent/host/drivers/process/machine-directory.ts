/**
 * What a machine of the process driver is on disk; everything is private to the user the host agent runs as.
 *
 *   <machines>/<machine id>/      0700
 *     machine.json                the tag: id, owner, expiry; and the guest's pid and start, once it runs
 *     ticket                      the boot ticket, for the guest's eyes (0600)
 *     console                     what the guest writes to stdout and stderr: boot evidence, bounded
 *     home/                       the suite's home (single-use machines; a static one has the host user's)
 *     work/                       the guest's workspace and journal
 *   <machines>/new-<machine id>/  being put together, holds no process: removed at the next start
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { hostId, instant, type MachineId, machineId } from '#shared/ids.ts';
import { writeAtomically } from '../../write-atomically.ts';
import { removeTree } from './remove-tree.ts';

const machineTag = z.object({
  v: z.literal(1),
  id: machineId,
  owner: hostId,
  expiresAt: instant,
  /** See `ProcessIdentity`. */
  guest: z.object({ pid: z.number().int().positive(), startedAt: z.number() }).nullable(),
});
export type MachineTag = z.infer<typeof machineTag>;

export type MachinePlaces = Record<'directory' | 'tag' | 'ticket' | 'console' | 'home' | 'work', string>;

export function placesOf(machines: string, id: MachineId): MachinePlaces {
  const directory = join(machines, id);
  const at = (name: string) => join(directory, name);
  return {
    directory,
    tag: at('machine.json'),
    ticket: at('ticket'),
    console: at('console'),
    home: at('home'),
    work: at('work'),
  };
}

/** Makes a machine's directory, whole or not at all. Fails when there is one already. */
export async function makeMachineDirectory(machines: string, tag: MachineTag, ticket: string): Promise<void> {
  const draft = join(machines, `new-${tag.id}`);
  try {
    await removeTree(draft);
    await mkdir(draft, { mode: 0o700 });
    for (const name of ['home', 'work']) await mkdir(join(draft, name), { mode: 0o700 });
    await writeFile(join(draft, 'ticket'), ticket, { mode: 0o600 });
    await writeFile(join(draft, 'console'), '', { mode: 0o600 });
    await writeFile(join(draft, 'machine.json'), JSON.stringify(tag), { mode: 0o600 });
    await rename(draft, placesOf(machines, tag.id).directory);
  } catch (error) {
    await removeTree(draft);
    throw error;
  }
}

/** Notes in the tag which process the guest is. */
export const writeTag = (machines: string, tag: MachineTag): Promise<void> =>
  writeAtomically(placesOf(machines, tag.id).tag, JSON.stringify(tag));

/** Removes a machine's directory, the tag last, so that what a crash leaves of it is still known to be ours. */
export async function removeMachineDirectory(machines: string, id: MachineId): Promise<void> {
  const { directory, tag } = placesOf(machines, id);
  for (const name of await readdir(directory).catch(() => []))
    if (join(directory, name) !== tag) await removeTree(join(directory, name));
  await rm(tag, { force: true });
  await removeTree(directory);
}

export type Found = { tags: MachineTag[]; unreadable: string[] };

/** All machines there are, of every owner. A directory without a readable tag is named and left alone. */
export async function findMachines(machines: string): Promise<Found> {
  const found: Found = { tags: [], unreadable: [] };
  for (const name of await readdir(machines)) {
    if (name.startsWith('new-')) {
      await removeTree(join(machines, name));
      continue;
    }
    const tag = await readTag(join(machines, name, 'machine.json'), name);
    if (tag) found.tags.push(tag);
    else found.unreadable.push(name);
  }
  return found;
}

async function readTag(path: string, name: string): Promise<MachineTag | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const tag = machineTag.parse(JSON.parse(text));
    return tag.id === name ? tag : null;
  } catch {
    return null;
  }
}
