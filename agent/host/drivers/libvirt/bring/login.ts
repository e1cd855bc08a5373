/**
 * What is needed to bring an agent into a machine, in the machine's directory until the agent has reported in: a host agent
 * that is killed meanwhile leaves it for the next one.
 *
 *   bring.json    as whom and until when, and what the agent is told (0600, secret)
 *   login-key     the private key (0600)
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { DesiredMachine } from '#shared/host-messages.ts';
import { instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { writeAtomically } from '../../../write-atomically.ts';
import type { ConfigDisk } from '../config-disk.ts';

const login = z.object({
  image: z.string(),
  user: z.string(),
  node: z.string(),
  hostKey: z.string().nullable(),
  environment: z.record(z.string(), z.string()),
  ticket: z.string(),
  /** Until then it is tried: epoch milliseconds. */
  until: instant,
  /** Whether the agent was seen to run: from then on only the coordinator says that the machine is of no use. */
  isStarted: z.boolean().default(false),
});
export type Login = z.infer<typeof login>;

export type LoginPlaces = { login: string; loginKey: string };

/** Of a machine whose boot deadline begins now. */
export function loginOf(
  { image: { name, boot } }: DesiredMachine,
  { user, environment, ticket }: Pick<ConfigDisk, 'user' | 'environment' | 'ticket'>,
): Login {
  const deadlineMs = boot.deadline ?? limits.bootDeadlineMs;
  return {
    ...{ image: name, user, environment, ticket },
    node: boot.ssh?.node ?? 'node',
    hostKey: boot.ssh?.['host-key'] ?? null,
    isStarted: false,
    until: Date.now() + Math.max(deadlineMs - limits.bringReserveMs, deadlineMs / 2),
  };
}

/** `key`: path of the image's. The file of its host is readable for more than its owner, ours is not. */
export async function writeLogin(places: LoginPlaces, given: Login, key: string): Promise<void> {
  await writeFile(places.loginKey, await readFile(key), { mode: 0o600 });
  await writeFile(places.login, JSON.stringify(given), { mode: 0o600 });
}

export const noteStarted = (places: LoginPlaces, given: Login): Promise<void> =>
  writeAtomically(places.login, JSON.stringify({ ...given, isStarted: true }));

/** Null: nothing is to be brought, or nothing any more. */
export async function readLogin(places: LoginPlaces): Promise<Login | null> {
  const text = await readFile(places.login, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : login.parse(JSON.parse(text));
}

export async function dropLogin(places: LoginPlaces): Promise<void> {
  await rm(places.login, { force: true });
  await rm(places.loginKey, { force: true });
}
