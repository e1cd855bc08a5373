/** Where GitHub's webhooks come to: the coordinator's own receiver over HTTP, with secrets that can be changed. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createDeliveryReceiver } from '#coordinator/wiring/receive-delivery.ts';

export type HookReceiver = {
  url: string;
  /** As after a restart with another configuration; null: none are configured. */
  restart(secrets: readonly string[] | null): void;
  taken(): number;
  close(): Promise<void>;
};

export async function openHookReceiver(secrets: readonly string[] | null): Promise<HookReceiver> {
  let taken = 0;
  const receiver = (known: readonly string[] | null) =>
    createDeliveryReceiver({
      secrets: known,
      take: async () => {
        taken++;
        return [];
      },
      wakeUp: () => {},
    });
  let receive = receiver(secrets);
  const server = createServer(async (request, response) => {
    const { headers } = request;
    const body = await buffer(request);
    const of = (name: string) => [headers[name]].flat()[0];
    const delivery = {
      id: of('x-github-delivery'),
      event: of('x-github-event'),
      signature: of('x-hub-signature-256'),
    };
    const { status, message } = await receive(delivery, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    restart: known => {
      receive = receiver(known);
    },
    taken: () => taken,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
