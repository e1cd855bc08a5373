/** How many calls may be made in an hour, spread over it. Pure but for what was spent. */

const hourMs = 3_600_000;

export type CallBudget = {
  /** Takes them at once, whatever is left then; or answers in how many ms that is possible. `reserve`: what is to be left for others. */
  take(calls: number, reserve?: number): number;
};

/** @param monotonicMs a clock that nobody sets */
export function createCallBudget(perHour: number, monotonicMs: () => number): CallBudget {
  let left = perHour;
  let at = monotonicMs();
  return {
    take(calls, reserve = 0) {
      const now = monotonicMs();
      left = Math.min(perHour, left + ((now - at) * perHour) / hourMs);
      at = now;
      // What is more than an hour's is let through when nothing else was spent, and owed.
      const needed = Math.min(calls + reserve, perHour);
      if (left < needed) return Math.ceil(((needed - left) * hourMs) / perHour);
      left -= calls;
      return 0;
    },
  };
}
