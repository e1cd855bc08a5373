/**
 * When a byte of a log came, as far as it is known: to the moment at a step's mark, within a stretch by the coordinator's
 * moments, and of what is watched live by its arrival here. Where nothing is known nothing is made up.
 */
import type { Moment } from '#shared/log-moments.ts';

/** The bytes [from, to) came at about this time. */
export type Stretch = { at: number; from: number; to: number };

export type Times = {
  /** Exactly when what stands at an offset began. */
  mark(at: number, offset: number): void;
  add(stretch: Stretch): void;
  /** What the coordinator knows of the bytes up to `bytes`; it knows better than who has only watched. */
  learn(moments: readonly Moment[], bytes: number): void;
  /** When the bytes [from, to) came, the first of them; null where that is not known. */
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
      const mark = marks[countUpTo(marks, from - 1)];
      if (mark && mark.from < to) return mark.at;
      const stretch = stretches[countUpTo(stretches, from) - 1];
      return stretch && from < stretch.to ? stretch.at : null;
    },
    clear() {
      marks = [];
      stretches = [];
    },
  };
}
