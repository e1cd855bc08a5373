/**
 * When a byte of a log came, as far as it is known: from marks of steps, and from the arrival of what was watched live.
 * Between two known times nothing is made up.
 */
export type Moment = { offset: number; at: number };

export type Times = {
  add(moment: Moment): void;
  /** When the bytes [from, to) were first seen; null where no known time falls into them. */
  of(from: number, to: number): number | null;
  clear(): void;
};

const most = 100_000;

export function createTimes(): Times {
  let moments: Moment[] = [];

  function countBefore(offset: number): number {
    let [low, high] = [0, moments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((moments[middle]?.offset ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    add(moment) {
      const index = countBefore(moment.offset);
      if (moments[index]?.offset === moment.offset) return;
      moments.splice(index, 0, moment);
      if (moments.length > most) moments = moments.filter((_, n) => n % 2 === 0);
    },
    of(from, to) {
      const moment = moments[countBefore(from)];
      return moment && moment.offset < to ? moment.at : null;
    },
    clear() {
      moments = [];
    },
  };
}
