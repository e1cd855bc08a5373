/**
 * When a byte of a log came, as far as it is known: at the marks of steps, and of what was watched live by its arrival.
 * Between known times nothing is made up.
 */
export type Moment = { at: number; from: number; to: number };

export type Times = {
  /** All of the bytes [from, to) came at once. */
  add(moment: Moment): void;
  /** When the bytes [from, to) came, the first of them; null where that is not known. */
  of(from: number, to: number): number | null;
  clear(): void;
};

const most = 100_000;

export function createTimes(): Times {
  let moments: Moment[] = [];

  /** How many begin before an offset. */
  function countBefore(offset: number): number {
    let [low, high] = [0, moments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((moments[middle]?.from ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    add(moment) {
      const index = countBefore(moment.from);
      if (moments[index]?.from === moment.from) return;
      moments.splice(index, 0, moment);
      if (moments.length > most) moments = moments.filter((_, n) => n % 2 === 0);
    },
    of(from, to) {
      const next = countBefore(from + 1);
      const [before, behind] = [moments[next - 1], moments[next]];
      if (before && from < before.to) return before.at;
      return behind && behind.from < to ? behind.at : null;
    },
    clear() {
      moments = [];
    },
  };
}
