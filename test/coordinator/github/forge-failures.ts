/** For tests of the client: how a call failed, and servers that are not GitHub. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { ForgeError } from '#coordinator/github/errors.ts';

export async function failureOf(call: Promise<unknown>): Promise<ForgeError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ForgeError) return error;
  throw new Error('expected a ForgeError', { cause: error });
}

/** Some other server in GitHub's place. */
export async function withServer(
  answer: RequestListener,
  use: (baseUrl: string) => Promise<void>,
): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  try {
    await use(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
