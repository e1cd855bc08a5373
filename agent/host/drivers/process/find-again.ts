import type { ProcessTable } from '../../../process-tree/process-table.ts';
import type { Log } from '../../log.ts';
import { lookAtProcesses, type ProcessIdentity } from '../../process-identity.ts';
import { findMachines } from '../machine-directory.ts';
import { type ProcessTag, processTag } from './machine-directory.ts';

export type FoundAgain = {
  tag: ProcessTag;
  /** The very process the tag names; null when it does not run, or never did. */
  guest: ProcessIdentity | null;
};

/** Reads the tags of earlier starts and proves, by pid and start together, which guests still run. */
export async function findAgain(machines: string, table: ProcessTable, log: Log): Promise<FoundAgain[]> {
  const { tags, unreadable } = await findMachines(machines, processTag);
  for (const name of unreadable)
    log('error', 'a directory among the machines has no readable tag; it is left alone', { name });
  const isRunning = await lookAtProcesses(table);
  return tags.map(tag => ({ tag, guest: tag.guest && isRunning(tag.guest) ? tag.guest : null }));
}
