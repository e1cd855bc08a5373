import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SentDelivery } from '#coordinator/demo/github-stand-in/deliver.ts';
import type { HookEvent } from '#coordinator/demo/github-stand-in/records.ts';
import type { Origin } from '#coordinator/demo/origin.ts';
import type { FakeGithub } from '../fake-github/fake-github.ts';
import type { Api } from './api.ts';
import type { CoordinatorProcess } from './coordinator-process.ts';

export const repository = 'acme/rocket';
export const image = 'here';

/** What a test has in hand. */
export type Fleet = {
  fake: FakeGithub;
  origin: Origin;
  api: Api;
  coordinator: CoordinatorProcess;
  directory: string;
  dataDir: string;
  url: string;
  ports: { people: number; machines: number; nats: number };
  /** Sends webhooks as GitHub would; each is answered with 202. */
  send(events: readonly HookEvent[]): Promise<SentDelivery[]>;
  /** Cleared up after the test, before the fleet. */
  onClose(close: () => Promise<unknown> | unknown): void;
};

/** The machines of the local host that have a directory. */
export const machinesOf = async ({ dataDir }: Fleet): Promise<string[]> => {
  const place = join(dataDir, 'hosts/local/machines');
  const names = existsSync(place) ? await readdir(place) : [];
  return names.filter(name => !name.startsWith('new-'));
};
