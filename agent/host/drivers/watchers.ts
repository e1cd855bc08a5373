/** Who is called back after every change of a driver's machines. */
export type Watchers = {
  /** The answer ends the watch. */
  add(onChange: () => void): () => void;
  changed(): void;
  isEmpty(): boolean;
  clear(): void;
};

export function createWatchers(): Watchers {
  const watchers = new Set<() => void>();
  return {
    add(onChange) {
      // Whoever watches twice has two watches to end.
      const watcher = () => onChange();
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    changed() {
      for (const watcher of watchers) watcher();
    },
    isEmpty: () => watchers.size === 0,
    clear: () => watchers.clear(),
  };
}
