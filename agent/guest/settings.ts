import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { instant, type MachineId, machineId } from '#shared/ids.ts';
import { reuse } from '#shared/machine.ts';
import type { Way } from '../credentials/route.ts';
import { reasonOf, SettingsInvalid } from './errors.ts';

export type Settings = {
  machine: MachineId;
  enrolUrl: string;
  /** The boot ticket: a secret, kept in memory only. */
  ticket: string;
  way: Way;
  /** A directory of the agent's own; what it finds in it is left over from an earlier life and goes. */
  workDirectory: string;
  /** The dead-man timer: at this time the agent ends, busy or not; null when its host has set none. */
  expiresAt: number | null;
  /** Whether the home of the steps is the agent's own (`static`) or one made for each attempt. */
  reuse: 'static' | 'single-use';
};

const environment = z.object({
  PADDOCK_MACHINE: machineId,
  PADDOCK_ENROL_URL: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }),
  PADDOCK_TICKET_FILE: z.string({ error: 'expected the path of a file with the boot ticket' }).min(1),
  PADDOCK_GATEWAY: z.string().min(1).optional(),
  /** Certificates of the authorities that are believed, and no others. */
  PADDOCK_CA_FILE: z.string().min(1).optional(),
  PADDOCK_WORK: z.string().min(1).optional(),
  PADDOCK_EXPIRES_AT: z.coerce.number().pipe(instant).optional(),
  PADDOCK_REUSE: reuse.default('single-use'),
});

/**
 * Reads the agent's identity from its environment and the ticket from its file, which is removed when that is allowed: a
 * suite must not find it. Throws `SettingsInvalid` with every problem in one message.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = environment.safeParse(env);
  if (!parsed.success) throw new SettingsInvalid(problemsText(parsed.error));
  const given = parsed.data;
  return {
    machine: given.PADDOCK_MACHINE,
    enrolUrl: given.PADDOCK_ENROL_URL,
    way: { gateway: given.PADDOCK_GATEWAY ?? null, authorities: readAuthorities(given.PADDOCK_CA_FILE) },
    ticket: takeTicket(given.PADDOCK_TICKET_FILE),
    workDirectory: given.PADDOCK_WORK ?? join(tmpdir(), `paddock-${given.PADDOCK_MACHINE}`),
    expiresAt: given.PADDOCK_EXPIRES_AT ?? null,
    reuse: given.PADDOCK_REUSE,
  };
}

const problemsText = (error: z.ZodError): string =>
  `the agent cannot start: ${error.issues
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ')}; its host sets these variables`;

function readAuthorities(path: string | undefined): string | null {
  if (path === undefined) return null;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SettingsInvalid(
      `the agent cannot start: the certificates in PADDOCK_CA_FILE cannot be read: ${reasonOf(cause)}`,
      { cause },
    );
  }
}

function takeTicket(path: string): string {
  const ticket = readTicket(path);
  try {
    rmSync(path, { force: true });
  } catch {
    // A read-only identity disk: the file stays, and its mode is what protects it.
  }
  return ticket;
}

function readTicket(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new SettingsInvalid(
      `the agent cannot start: the boot ticket in PADDOCK_TICKET_FILE cannot be read: ${reasonOf(cause)}`,
      { cause },
    );
  }
}
