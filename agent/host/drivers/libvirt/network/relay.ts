import { connect, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { limits } from '#shared/limits.ts';

export type Target = { host: string; port: number };

/**
 * Carries every connection that a guest makes to one listening socket to one address, and nothing else. The one place
 * that decides what a guest reaches; a guest that opens more than `limits.guestConnections` is refused the next. The
 * answer ends all of them and the socket.
 */
export function relay(server: Server, target: Target): () => void {
  const open = new Set<Socket>();
  // A side that has said all it had to say still listens.
  Object.assign(server, { allowHalfOpen: true });
  // A connection that could not be accepted (no file descriptor) is the guest's loss alone.
  server.on('error', () => undefined);
  server.on('connection', guest => {
    if (open.size >= limits.guestConnections) return void guest.destroy();
    guest.setNoDelay(true);
    open.add(guest);
    void carry(guest, target).finally(() => open.delete(guest));
  });
  return () => {
    for (const guest of open) guest.destroy();
    // Not waited for: nobody new is let in from now on.
    server.close();
  };
}

/** Resolves when both directions have ended; what fails on one side is a connection that ends on the other. */
async function carry(guest: Socket, target: Target): Promise<void> {
  const there = connect({ ...target, allowHalfOpen: true, noDelay: true });
  const ended = await Promise.allSettled([pipeline(guest, there), pipeline(there, guest)]);
  if (ended.some(({ status }) => status === 'rejected'))
    for (const socket of [guest, there]) socket.destroy();
}
