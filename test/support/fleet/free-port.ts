import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give out by themselves: nobody gets one of these by asking for any. */
const [lowest, highest] = [15_000, 30_000];

/** A port that was free a moment ago: for a process that must find the same one again after it was killed. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest);
    const server = createServer();
    const opened = once(server, 'listening').then(
      () => true,
      () => false, // somebody has it: try another
    );
    server.listen(port, '127.0.0.1');
    if (!(await opened)) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
