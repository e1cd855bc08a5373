/**
 * Hands the appended bytes of one live log to any number of viewers. The chunks form a chain; each viewer holds the
 * place in it where it is, and what every viewer has passed is garbage. A viewer that falls more than
 * `limits.viewerBacklogBytes` behind is cut off the chain, so the chain is never longer than that: a slow viewer costs
 * neither the owner nor the others anything, and reads on from the log itself.
 */
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

/** Bytes as they were appended, and when. */
export type Published = { offset: number; bytes: Uint8Array; at: Instant };

/** A link that is filled when its bytes arrive, and then has a successor. */
type Link = { place: number; filled: (Published & { next: Link }) | null };

export type Viewer = {
  /** Holds on to everything that is published from now on, and to nothing before. */
  attach(): void;
  /** The next published bytes; null when none are left or the viewer was cut off. */
  take(): Published | null;
  wake(): void;
  /** Resolves at the next `wake` or publication, at once when there was one since the last wait. */
  wait(): Promise<void>;
  leave(): void;
};

type Watcher = Viewer & { published(tip: number): void };

/** What a link weighs besides its bytes: a flood of tiny chunks must not evade the bound. */
const linkBytes = 256;

export function createFanOut() {
  const watchers = new Set<Watcher>();
  let tip: Link = { place: 0, filled: null };

  function publish(offset: number, bytes: Uint8Array, at: Instant): void {
    if (watchers.size === 0) return;
    const next: Link = { place: tip.place + bytes.length + linkBytes, filled: null };
    // A copy, which `slice` of a Buffer is not: what arrived is a view of the connection's larger buffer.
    tip.filled = { offset, bytes: new Uint8Array(bytes), at, next };
    tip = next;
    for (const watcher of watchers) watcher.published(tip.place);
  }

  function join(): Viewer {
    const watcher = createWatcher(
      () => tip,
      () => watchers.delete(watcher),
    );
    watchers.add(watcher);
    return watcher;
  }

  return {
    publish,
    join,
    wake: () => {
      for (const watcher of watchers) watcher.wake();
    },
    viewers: () => watchers.size,
  };
}

function createWatcher(tip: () => Link, leave: () => void): Watcher {
  let link: Link | null = tip();
  let isWoken = false;
  let onWake: (() => void) | null = null;

  function wake(): void {
    isWoken = true;
    onWake?.();
  }

  return {
    attach() {
      link = tip();
    },
    take() {
      const filled = link?.filled;
      if (!filled) return null;
      link = filled.next;
      return { offset: filled.offset, bytes: filled.bytes, at: filled.at };
    },
    published(newest) {
      if (link && newest - link.place > limits.viewerBacklogBytes) link = null;
      wake();
    },
    wake,
    async wait() {
      if (!isWoken) await new Promise<void>(resolve => (onWake = resolve));
      isWoken = false;
      onWake = null;
    },
    leave,
  };
}
