/**
 * When a byte of a log arrived at the coordinator, as far as it is known. Where it is not, the mark of a step tells when
 * its machine began it; otherwise nothing is made up.
 */
import type { Moment } from '#shared/log-moments.ts';

/** The bytes [from, to) arrived at about this time. */
export type Stretch = { at: number; from: number; to: number };

export type Times = {
  /** What stands at an offset began at this time, by the clock of its machine. */
  mark(at: number, offset: number): void;
  add(stretch: Stretch): void;
  /** What the coordinator knows of the first `bytes` bytes, in place of what was known of them. */
  learn(moments: readonly Moment[], bytes: number): void;
  /** When the first of the bytes [from, to) arrived; null where that is not known. */
  of(from: number, to: number): number | null;
  clear(): void;
};

const most = 100_000;

/** How many begin at or before an offset. */
function countUpTo(list: readonly { from: number }[], offset: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.from ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function createTimes(): Times {
  let marks: Stretch[] = [];
  let stretches: Stretch[] = [];

  return {
    mark(at, offset) {
      const index = countUpTo(marks, offset);
      if (marks[index - 1]?.from !== offset) marks.splice(index, 0, { at, from: offset, to: offset + 1 });
    },
    add(stretch) {
      stretches.splice(countUpTo(stretches, stretch.from), 0, stretch);
      if (stretches.length > most) stretches = stretches.filter((_, n) => n % 2 === 0);
    },
    learn(moments, bytes) {
      const [first] = moments;
      if (!first) return;
      const learnt = moments.map(({ offset, at }, n) => ({
        at,
        from: offset,
        to: moments[n + 1]?.offset ?? bytes,
      }));
      const before = stretches.filter(({ to }) => to <= first.offset);
      const behind = stretches.filter(({ from }) => from >= bytes);
      stretches = [...before, ...learnt, ...behind];
    },
    of(from, to) {
      const stretch = stretches[countUpTo(stretches, from) - 1];
      if (stretch && from < stretch.to) return stretch.at;
      const mark = marks[countUpTo(marks, from - 1)];
      return mark && mark.from < to ? mark.at : null;
    },
    clear() {
      marks = [];
      stretches = [];
    },
  };
}
