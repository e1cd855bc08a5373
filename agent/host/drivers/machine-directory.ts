/**
 * What a machine is on the disk of its host: a directory, private to the user the host agent runs as, with a tag in it
 * that says whose it is. It appears whole and disappears tag last, so that a crash never leaves one that nobody knows.
 *
 *   <machines>/<machine id>/machine.json   the tag; beside it whatever the driver keeps of a machine
 *   <machines>/new-<machine id>/           being put together, runs nothing: removed at the next start
 */
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { hostId, instant, type MachineId, machineId } from '#shared/ids.ts';
import { writeAtomically } from '../write-atomically.ts';
import { removeTree } from './remove-tree.ts';

export const machineTag = z.object({
  v: z.literal(1),
  id: machineId,
  owner: hostId,
  expiresAt: instant,
});
export type MachineTag = z.infer<typeof machineTag>;

export const directoryOf = (machines: string, id: MachineId): string => join(machines, id);
export const tagFileOf = (machines: string, id: MachineId): string => join(machines, id, 'machine.json');

/** Makes a machine's directory, whole or not at all. Fails when there is one already. */
export async function makeMachineDirectory(
  machines: string,
  tag: MachineTag,
  fill: (directory: string) => Promise<void>,
): Promise<void> {
  const draft = join(machines, `new-${tag.id}`);
  try {
    await removeTree(draft);
    await mkdir(draft, { mode: 0o700 });
    await fill(draft);
    await writeFile(join(draft, 'machine.json'), JSON.stringify(tag), { mode: 0o600, flush: true });
    await rename(draft, directoryOf(machines, tag.id));
  } catch (error) {
    await removeTree(draft);
    throw error;
  }
}

export const writeTag = <Tag extends MachineTag>(machines: string, tag: Tag): Promise<void> =>
  writeAtomically(tagFileOf(machines, tag.id), JSON.stringify(tag));

/** Removes a machine's directory, the tag last, so that what a crash leaves of it is still known to be ours. */
export async function removeMachineDirectory(machines: string, id: MachineId): Promise<void> {
  const directory = directoryOf(machines, id);
  const tag = tagFileOf(machines, id);
  for (const name of await readdir(directory).catch(() => []))
    if (join(directory, name) !== tag) await removeTree(join(directory, name));
  await rm(tag, { force: true });
  await removeTree(directory);
}

export type Found<Tag> = { tags: Tag[]; unreadable: string[] };

/** All machines there are, of every owner. A directory without a readable tag is named and left alone. */
export async function findMachines<Tag extends MachineTag>(
  machines: string,
  schema: z.ZodType<Tag>,
): Promise<Found<Tag>> {
  const found: Found<Tag> = { tags: [], unreadable: [] };
  for (const name of await readdir(machines)) {
    if (name.startsWith('new-')) {
      await removeTree(join(machines, name));
      continue;
    }
    const tag = await readTag(join(machines, name, 'machine.json'), schema);
    if (tag?.id === name) found.tags.push(tag);
    else if (!(await removeIfEmpty(join(machines, name)))) found.unreadable.push(name);
  }
  return found;
}

/** The last step of a removal that was cut short. */
const removeIfEmpty = (directory: string): Promise<boolean> =>
  rmdir(directory).then(
    () => true,
    () => false,
  );

async function readTag<Tag>(path: string, schema: z.ZodType<Tag>): Promise<Tag | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
