import { limits } from '#shared/limits.ts';
import { createSlots } from './slots.ts';

/** Room for source streams: bounded in all and for each attempt. */
export type Seats = {
  /** Waits for room; the result gives it back. Null, at once, when the attempt has or awaits its full share. */
  take(attempt: string, signal: AbortSignal): Promise<(() => void) | null>;
};

export function createSeats(): Seats {
  const slots = createSlots(limits.sourceStreams);
  const shares = new Map<string, number>();

  const change = (attempt: string, by: number) => {
    const count = (shares.get(attempt) ?? 0) + by;
    if (count > 0) shares.set(attempt, count);
    else shares.delete(attempt);
  };

  return {
    async take(attempt, signal) {
      if ((shares.get(attempt) ?? 0) >= limits.sourceStreamsPerAttempt) return null;
      change(attempt, 1);
      try {
        const giveBack = await slots.take(signal);
        return () => {
          change(attempt, -1);
          giveBack();
        };
      } catch (error) {
        change(attempt, -1);
        throw error;
      }
    },
  };
}
