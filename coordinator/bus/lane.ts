import { limits } from '#shared/limits.ts';

export type LaneBounds = {
  /** Handlers at once. */
  handlers: number;
  /** What one sender may have here, waiting or being handled. */
  senderMessages: number;
  senderBytes: number;
  /** What all senders together may have here. */
  bytes: number;
};

export const laneBounds: LaneBounds = {
  handlers: limits.busHandlers,
  senderMessages: limits.busSenderMessages,
  senderBytes: limits.busSenderBytes,
  bytes: limits.busWaitingBytes,
};

export type Lane<Item> = {
  /** False when a bound is reached or the lane is closed: the item is dropped. */
  offer(sender: string, bytes: number, item: Item): boolean;
  /** Drops what waits, and resolves when what is being handled is done. */
  close(): Promise<void>;
};

type Queue<Item> = { items: { bytes: number; item: Item }[]; bytes: number };

/**
 * Hands items to `work`, which never rejects: those of one sender one after the other, in order; senders in turn. A peer
 * that floods its queue harms nobody else's.
 */
export function createLane<Item>(work: (item: Item) => Promise<void>, bounds: LaneBounds): Lane<Item> {
  /** Every sender with items; the first item of a sender who is not in `ready` is being handled. */
  const queues = new Map<string, Queue<Item>>();
  const ready: string[] = [];
  const running = new Set<Promise<void>>();
  let bytesHere = 0;
  let isClosed = false;

  function startNext(): void {
    while (running.size < bounds.handlers) {
      const sender = ready.shift();
      const queue = sender === undefined ? undefined : queues.get(sender);
      if (sender === undefined || !queue) return;
      const task: Promise<void> = handleFirst(sender, queue).finally(() => {
        running.delete(task);
        startNext();
      });
      running.add(task);
    }
  }

  async function handleFirst(sender: string, queue: Queue<Item>): Promise<void> {
    const [first] = queue.items;
    if (!first) return;
    await work(first.item);
    queue.items.shift();
    queue.bytes -= first.bytes;
    bytesHere -= first.bytes;
    if (queue.items.length > 0) ready.push(sender);
    else queues.delete(sender);
  }

  return {
    offer(sender, bytes, item) {
      const queue = queues.get(sender) ?? { items: [], bytes: 0 };
      const isFull =
        isClosed ||
        queue.items.length >= bounds.senderMessages ||
        queue.bytes + bytes > bounds.senderBytes ||
        bytesHere + bytes > bounds.bytes;
      if (isFull) return false;
      queue.items.push({ bytes, item });
      queue.bytes += bytes;
      bytesHere += bytes;
      if (queue.items.length === 1) {
        queues.set(sender, queue);
        ready.push(sender);
        startNext();
      }
      return true;
    },
    async close() {
      isClosed = true;
      ready.length = 0;
      for (const queue of queues.values()) queue.items.splice(1);
      await Promise.all(running);
    },
  };
}
