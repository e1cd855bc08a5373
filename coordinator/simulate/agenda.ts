/** Virtual time: what happens next, and when. What is due at the same instant happens in the order in which it was noted. */
import type { Instant } from '#shared/ids.ts';
import { createHeap } from '../ground/heap.ts';

export type Agenda = {
  readonly now: Instant;
  /** Notes something that happens so many ms from now. */
  after(ms: number, act: () => void): void;
  /** Lets the next thing happen; false: there is none until `end`. */
  step(end: Instant): boolean;
};

type Entry = { at: Instant; order: number; act: () => void };

export function createAgenda(): Agenda {
  const entries = createHeap<Entry>((a, b) => a.at - b.at || a.order - b.order);
  let now = 0;
  let noted = 0;
  return {
    get now() {
      return now;
    },
    after(ms, act) {
      entries.push({ at: now + Math.max(0, Math.round(ms)), order: noted++, act });
    },
    step(end) {
      if (!entries.least || entries.least.at > end) return false;
      const entry = entries.pop();
      if (entry) now = entry.at;
      entry?.act();
      return true;
    },
  };
}
