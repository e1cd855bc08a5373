/**
 * Who is about to name a blob holds it, from before its bytes are there until the row that names them is committed. What is
 * held is not removed; whoever wants to hold what is being removed waits until it is gone, and brings the bytes anew.
 */
export type Holds = {
  hold(sha256: string): Promise<Disposable>;
  /** Removes one that nobody holds, if it is still unwanted then. */
  remove(sha256: string, isUnwanted: () => Promise<boolean>, remove: () => Promise<void>): Promise<Removal>;
};

/** `held`: somebody is about to name it; `wanted`: it stays. */
export type Removal = 'removed' | 'held' | 'wanted';

export function createHolds(): Holds {
  const holders = new Map<string, number>();
  const removals = new Map<string, Promise<Removal>>();

  function release(sha256: string): void {
    const left = (holders.get(sha256) ?? 1) - 1;
    if (left === 0) holders.delete(sha256);
    else holders.set(sha256, left);
  }

  return {
    async hold(sha256) {
      // Counted first: a removal that begins from here on sees it.
      holders.set(sha256, (holders.get(sha256) ?? 0) + 1);
      let isReleased = false;
      await removals.get(sha256)?.catch(() => {});
      return {
        [Symbol.dispose]() {
          if (!isReleased) release(sha256);
          isReleased = true;
        },
      };
    },
    async remove(sha256, isUnwanted, remove) {
      await removals.get(sha256)?.catch(() => {});
      if (holders.has(sha256)) return 'held';
      const removal = (async (): Promise<Removal> => {
        if (!(await isUnwanted())) return 'wanted';
        // Somebody who came meanwhile waits for this one; there is no need to take away what they bring.
        if (holders.has(sha256)) return 'held';
        await remove();
        return 'removed';
      })().finally(() => removals.delete(sha256));
      removals.set(sha256, removal);
      return removal;
    },
  };
}
