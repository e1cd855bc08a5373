/** Webhooks over one kept connection, timed at the last byte. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { deliveryHeaders, type HookTarget } from '#coordinator/demo/github-stand-in/deliver.ts';
import { now } from '../figures.ts';

export type Sent = { sentAt: number; answeredAt: number };

export type Hooks = {
  /** Everything but the sending is done before the clock is read. Rejects unless the answer is 2xx. */
  send(event: string, payload: object): Promise<Sent>;
  close(): void;
};

export type HookOptions = HookTarget & {
  /** Of the signed body; default: GitHub's. */
  headersFor?: (secret: string, event: string, id: string, body: Buffer) => Record<string, string>;
};

export function openHooks({ url, secret, headersFor = deliveryHeaders }: HookOptions): Hooks {
  // Sooner than the server closes an idle connection: who sends into one that is being closed gets an error.
  const agent = new Agent({ keepAlive: true, maxSockets: 4, timeout: 3_000 });
  return {
    send(event, payload) {
      const body = Buffer.from(JSON.stringify(payload));
      const headers = { ...headersFor(secret, event, randomUUID(), body), 'content-length': body.length };
      return new Promise((resolve, reject) => {
        const call = request(url, { method: 'POST', agent, headers }, answer => {
          const answeredAt = now();
          const { statusCode = 0 } = answer;
          answer.resume().once('end', () => {
            if (statusCode >= 200 && statusCode < 300) resolve({ sentAt, answeredAt });
            else reject(new Error(`${url} answered ${statusCode}`));
          });
        });
        call.once('error', reject);
        const sentAt = now();
        call.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}
