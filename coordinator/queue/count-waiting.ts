/** How many jobs wait, and why, without looking at each: the jobs of an image wait for the same, but for the first of them. */
import type { WaitKind } from '#shared/wait-kind.ts';
import { countWaiting, type Waiting } from '../store/jobs.ts';
import type { Tx } from '../store/store.ts';
import { seenNow, type WaitPorts, waitFacts } from './explain-wait.ts';
import { type WaitFacts, waitKind } from './wait-reason.ts';

export type WaitCount = { image: string; kind: WaitKind; count: number };

export type QueueCounts = { counts: WaitCount[]; oldest: { image: string; waitedMs: number }[] };

export async function countQueue(tx: Tx, ports: Omit<WaitPorts, 'typicalMs'>): Promise<QueueCounts> {
  const waiting = await countWaiting(tx);
  if (waiting.length === 0) return { counts: [], oldest: [] };
  const seen = await seenNow(tx);
  const groups = [...Map.groupBy(waiting, ({ image }) => image)];
  const counts: WaitCount[] = [];
  for (const [, group] of groups) {
    const facts = await Promise.all(group.map(each => waitFacts(tx, each, seen, ports)));
    counts.push(...countsOf(group, facts));
  }
  const oldest = groups.map(([image, group]) => ({
    image,
    waitedMs: Math.max(0, ports.now() - Math.min(...group.map(({ since }) => since))),
  }));
  return { counts, oldest };
}

/**
 * Of the jobs of one image, in groups for each of which there are facts. The first job of the group with the oldest stands at
 * the head of the line, the others behind it, where they do not all wait for the same.
 */
export function countsOf(waiting: readonly Waiting[], facts: readonly WaitFacts[]): WaitCount[] {
  const sums = new Map<WaitKind, number>();
  const add = (kind: WaitKind, count: number) => {
    if (count > 0) sums.set(kind, (sums.get(kind) ?? 0) + count);
  };
  let hasHead = false;
  const inTurn = waiting
    .map((group, index) => ({ group, facts: facts[index] }))
    .toSorted((a, b) => a.group.since - b.group.since);
  for (const { group, facts } of inTurn) {
    if (!facts) throw new Error(`nothing is known of what jobs of ${group.image} wait for`);
    const behind = waitKind({ ...facts, ahead: 1 });
    const head = behind !== 'behind' || hasHead ? 0 : 1;
    if (head === 1) hasHead = true;
    add(waitKind(facts), head);
    add(behind, group.count - head);
  }
  return [...sums].map(([kind, count]) => ({ image: waiting[0]?.image ?? '', kind, count }));
}
