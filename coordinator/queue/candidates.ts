/**
 * The queued jobs that one tick looks at: few, and yet those that `select` would choose out of all. Where there are more
 * than machines, it is enough to see as many changes as there are machines, in the order of their turns, and of each as
 * many jobs: before a machine is given to a change that is not among them, each of these has got one.
 */
import {
  type Job,
  listCandidates,
  listCandidatesOfChange,
  listChangesInTurn,
  listQueueGroups,
  type QueueGroup,
} from '../store/jobs.ts';
import type { Tx } from '../store/store.ts';
import type { ReadyMachine, Shares } from './select.ts';

/** `isCut`: some were left out. */
export type Queue = { jobs: Job[]; isCut: boolean };

export async function readQueue(tx: Tx, machines: readonly ReadyMachine[], shares: Shares): Promise<Queue> {
  const queue: Queue = { jobs: [], isCut: false };
  for (const [image, ready] of Map.groupBy(machines, machine => machine.image))
    for (const group of await listQueueGroups(tx, image)) {
      const oldest = await listCandidates(tx, group, ready.length + 1);
      const isLong = oldest.length > ready.length;
      queue.jobs.push(...(isLong ? await jobsInTurn(tx, group, ready, shares) : oldest));
      queue.isCut ||= isLong;
    }
  return queue;
}

async function jobsInTurn(
  tx: Tx,
  group: QueueGroup,
  ready: readonly ReadyMachine[],
  { changes }: Shares,
): Promise<Job[]> {
  const isTrustedOnly = ready.every(({ isolation }) => isolation === 'none');
  const turns = { shares: changes, isTrustedOnly, max: ready.length };
  const jobs: Job[] = [];
  for (const changeKey of await listChangesInTurn(tx, group, turns))
    jobs.push(...(await listCandidatesOfChange(tx, group, changeKey, turns)));
  return jobs;
}
