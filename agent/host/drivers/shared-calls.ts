/** Calls for the same key that come while one is under way share its end. */
export type SharedCalls<Key> = {
  run(key: Key, call: () => Promise<void>): Promise<void>;
  isUnderWay(key: Key): boolean;
  /** Resolves when the call for this key that is under way now has ended, however. */
  ended(key: Key): Promise<void>;
  /** The same for all of them. */
  allEnded(): Promise<void>;
};

export function createSharedCalls<Key>(): SharedCalls<Key> {
  const calls = new Map<Key, Promise<void>>();
  return {
    run: (key, call) => {
      const current = calls.get(key);
      if (current) return current;
      const started = call().finally(() => calls.delete(key));
      calls.set(key, started);
      return started;
    },
    isUnderWay: key => calls.has(key),
    ended: async key => {
      await Promise.allSettled([calls.get(key)]);
    },
    allEnded: async () => {
      await Promise.allSettled(calls.values());
    },
  };
}
