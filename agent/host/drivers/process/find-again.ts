import type { ProcessTable } from '../../../process-tree/process-table.ts';
import type { Log } from '../../log.ts';
import { findMachines, type GuestProcess, type MachineTag } from './machine-directory.ts';
import { isSame, noMark } from './watch-guests.ts';

export type FoundAgain = {
  tag: MachineTag;
  /** The very process the tag names; null when it does not run, or never did. */
  guest: GuestProcess | null;
};

/** Reads the tags of earlier starts and proves, by pid and start together, which guests still run. */
export async function findAgain(machines: string, table: ProcessTable, log: Log): Promise<FoundAgain[]> {
  const { tags, unreadable } = await findMachines(machines);
  for (const name of unreadable)
    log('error', 'a directory among the machines has no readable tag; it is left alone', { name });
  const rows = await table.read(noMark, Number.POSITIVE_INFINITY);
  return tags.map(tag => {
    const { guest } = tag;
    return { tag, guest: guest && rows.some(row => isSame(row, guest)) ? guest : null };
  });
}
