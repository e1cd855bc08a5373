/** A wire between a browser and the coordinator that a test can cut. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Proxy = {
  url: string;
  /** Connections made through it so far. */
  made(): number;
  /** Breaks every connection; new ones go through. */
  cut(): void;
  /** Breaks every connection, and refuses new ones until `resume`. */
  suspend(): void;
  resume(): void;
  /** Passes nothing on of what the coordinator sends, until `flow`: a reader that is slow. */
  stall(): void;
  flow(): void;
  /** What is open brings nothing any more, and nobody is told, as after a sleep; new connections go through. */
  silence(): void;
  close(): Promise<void>;
};

export async function startProxy(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const answers = new Set<Socket>();
  let isStalled = false;
  let isOpen = true;
  let made = 0;
  const server = createServer(from => {
    if (!isOpen) return from.destroy();
    made += 1;
    const to = connect(port, '127.0.0.1');
    answers.add(to);
    to.once('close', () => answers.delete(to));
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    if (isStalled) to.pause();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    made: () => made,
    cut,
    suspend() {
      isOpen = false;
      cut();
    },
    resume() {
      isOpen = true;
    },
    stall() {
      isStalled = true;
      for (const socket of answers) socket.pause();
    },
    flow() {
      isStalled = false;
      for (const socket of answers) socket.resume();
    },
    silence() {
      for (const socket of answers) socket.unpipe().resume();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
