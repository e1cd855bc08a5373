/** A way between two processes that can be spoiled: everything that is sent to one address goes to another, or waits. */
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** `there` is from who dials to who listens. */
export type Direction = 'there' | 'back';
export type Address = { host: string; port: number };

export type Link = {
  port: number;
  /** What goes in these directions waits, new connections too; nothing is lost. No direction: the link is whole. */
  hold(directions: readonly Direction[]): void;
  /** Everything arrives so much later. */
  delay(ms: number): void;
  /** Every connection is reset now. */
  reset(): void;
  close(): Promise<void>;
};

type State = { held: ReadonlySet<Direction>; delayMs: number; waiters: Set<() => void> };

/** Listens at `from` (port 0: any) and passes everything on to `to`. */
export async function openLink(from: Address, to: Address): Promise<Link> {
  const state: State = { held: new Set(), delayMs: 0, waiters: new Set() };
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {}); // its other half learns of it by 'close'
    socket.setNoDelay(true);
  };
  const server = createServer({ allowHalfOpen: true }, near => {
    const far = dial({ ...to, allowHalfOpen: true });
    for (const socket of [near, far]) keep(socket);
    void carry(near, far, 'there', state);
    void carry(far, near, 'back', state);
  });
  server.listen(from.port, from.host);
  await once(server, 'listening');
  const address = server.address();
  const wake = () => {
    for (const go of state.waiters) go();
    state.waiters.clear();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : from.port,
    hold(directions) {
      state.held = new Set(directions);
      wake();
    },
    delay(ms) {
      state.delayMs = ms;
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      state.held = new Set();
      wake();
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** One direction of one connection, piece by piece: what waits holds up what comes after it, as on a real line. */
async function carry(from: Socket, to: Socket, direction: Direction, state: State): Promise<void> {
  try {
    for await (const piece of from as AsyncIterable<Buffer>) {
      if (state.delayMs > 0) await pause(state.delayMs);
      await untilOpen(direction, state);
      if (to.destroyed) break;
      if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
    }
    await untilOpen(direction, state);
    to.end();
  } catch {
    await untilOpen(direction, state);
    to.resetAndDestroy();
  }
}

async function untilOpen(direction: Direction, { held, waiters }: State): Promise<void> {
  if (!held.has(direction)) return;
  await new Promise<void>(resolve => waiters.add(resolve));
}
