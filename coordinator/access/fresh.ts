/** What was read a moment ago, kept for a bounded time; one word empties it, also of what is being read just then. */
import { limits } from '#shared/limits.ts';

export type Fresh<Key, Value> = {
  /** Reads when there is nothing fresh. Null is not kept: what comes into being counts at once. */
  get(key: Key, read: () => Promise<Value | null>): Promise<Value | null>;
  forget(): void;
};

/** Whatever is kept beyond this is forgotten together. */
const kept = 10_000;

export function createFresh<Key, Value>(now: () => number): Fresh<Key, Value> {
  const known = new Map<Key, { value: Value; until: number }>();
  let generation = 0;
  return {
    async get(key, read) {
      const found = known.get(key);
      if (found && now() < found.until) return found.value;
      const begun = generation;
      const value = await read();
      // What was read before a change is true of this request, and of no later one.
      if (value !== null && begun === generation) {
        if (known.size >= kept) known.clear();
        known.set(key, { value, until: now() + limits.accessTrustMs });
      } else known.delete(key);
      return value;
    },
    forget() {
      generation += 1;
      known.clear();
    },
  };
}
