/**
 * The coordinator's feed of changes, for as long as the page is open. It comes back by itself after a lost connection, a
 * restart and a sleep, and says each time that something may have been missed until now.
 */
import { type LiveFrame, liveFrame } from '#shared/api.ts';

export type LiveState = { status: 'connecting' } | { status: 'open' } | { status: 'lost'; retryAt: number };

export type LiveListener = {
  onFrame(frame: LiveFrame): void;
  /** Connected, for the first time too: what was asked for before this may be old by now. */
  onResume(): void;
};

/** What of the browser it needs; a test brings its own. */
export type LiveParts = {
  connect(): WebSocket;
  now(): number;
  random(): number;
};

const retryFirstMs = 500;
const retryMaxMs = 15_000;

/** The wait before the nth try: doubling, and never the same for all pages that lost the same coordinator. */
export const retryDelay = (tries: number, random: number): number =>
  Math.min(retryMaxMs, retryFirstMs * 2 ** tries) * (0.5 + random / 2);

export function createLiveSocket(parts: LiveParts) {
  const listeners = new Set<LiveListener>();
  const watchers = new Set<() => void>();
  let state: LiveState = { status: 'connecting' };
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;

  function become(next: LiveState): void {
    state = next;
    for (const watcher of watchers) watcher();
  }

  function open(): void {
    clearTimeout(timer);
    const current = parts.connect();
    socket = current;
    // What was left for another connection says nothing any more.
    current.addEventListener('open', () => {
      if (socket !== current) return current.close();
      tries = 0;
      become({ status: 'open' });
      for (const listener of listeners) listener.onResume();
    });
    current.addEventListener('message', ({ data }) => {
      if (socket !== current) return;
      const frame = liveFrame.safeParse(JSON.parse(String(data)));
      // What a newer coordinator says besides is for newer pages.
      if (frame.success) for (const listener of listeners) listener.onFrame(frame.data);
    });
    current.addEventListener('close', () => socket === current && retryLater());
  }

  function retryLater(): void {
    const delay = retryDelay(tries++, parts.random());
    become({ status: 'lost', retryAt: parts.now() + delay });
    timer = setTimeout(open, delay);
  }

  /** One that is not open yet is closed when it is: browsers complain of less. */
  function leave(): void {
    if (state.status === 'open') socket?.close();
    socket = null;
  }

  return {
    open,
    /** At once: the network is back, the computer woke up, somebody cannot wait, or is somebody else by now. */
    reopen(): void {
      leave();
      become({ status: 'connecting' });
      open();
    },
    close(): void {
      clearTimeout(timer);
      leave();
    },
    listen(listener: LiveListener): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => state,
    watch(onChange: () => void): () => void {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
  };
}

export type LiveSocket = ReturnType<typeof createLiveSocket>;
