import type { MachineId } from '#shared/ids.ts';
import type { ProcessTable } from '../../../process-tree/process-table.ts';
import type { Log } from '../../log.ts';
import { lookAtProcesses, type ProcessIdentity } from '../../process-identity.ts';
import { findMachines, writeTag } from '../machine-directory.ts';
import { type ProcessTag, processTag } from './machine-directory.ts';

export type FoundAgain = {
  tag: ProcessTag;
  /** The very process the tag names; null when it does not run, or never did. */
  guest: ProcessIdentity | null;
};

/**
 * Reads the tags of earlier starts and proves, by pid and start together, which guests still run. A host agent that was
 * killed between the start of a guest and its note of it has left a guest that may be at work: it is known by its mark.
 */
export async function findAgain(machines: string, table: ProcessTable, log: Log): Promise<FoundAgain[]> {
  const { tags, unreadable } = await findMachines(machines, processTag);
  for (const name of unreadable)
    log('error', 'a directory among the machines has no readable tag; it is left alone', { name });
  const isRunning = await lookAtProcesses(table);
  const find = async (tag: ProcessTag): Promise<FoundAgain> => {
    if (tag.guest) return { tag, guest: isRunning(tag.guest) ? tag.guest : null };
    const guest = await guestByMark(table, tag.id);
    if (!guest) return { tag, guest };
    const noted = { ...tag, guest };
    await writeTag(machines, noted);
    return { tag: noted, guest };
  };
  return Promise.all(tags.map(find));
}

/** The guest leads a session of its own, and everything else that is marked came after it. */
async function guestByMark(table: ProcessTable, id: MachineId): Promise<ProcessIdentity | null> {
  const leaders = (await table.read(id)).filter(row => row.isMarked && row.pid === row.pgid);
  const [first] = leaders.sort((a, b) => a.startedAt - b.startedAt || a.pid - b.pid);
  return first ? { pid: first.pid, startedAt: first.startedAt } : null;
}
