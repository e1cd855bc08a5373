/** The guest process of one machine: started in a session of its own, so that it outlives the host agent. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { DesiredMachine } from '#shared/host-messages.ts';
import type { ProcessTable } from '../../../process-tree/process-table.ts';
import { DriverError, messageOf } from '../../errors.ts';
import type { ProcessIdentity } from '../../process-identity.ts';
import { guestFlags } from '../node-flags.ts';
import type { MachinePlaces } from './machine-directory.ts';

/** How a guest ended; `null` of both: it was not our child, so nobody told us. */
export type GuestEnd = { exitCode: number | null; signal: string | null };

export type Guest = {
  process: ProcessIdentity;
  /** Until `ended` resolves the pid of a child of ours is certainly its own; an adopted one has to be proven. */
  isOurChild: boolean;
  ended: Promise<GuestEnd>;
};

/** What of the host's own environment a guest gets. Nothing else: it may hold secrets. */
export type GuestSurroundings = { path: string; lang: string; variables?: Record<string, string> };

export type GuestStart = {
  /** The guest agent's bundle, run by the Node that runs this agent. */
  bundle: string;
  /** For `NODE_COMPILE_CACHE`. */
  compiled: string;
  machine: DesiredMachine;
  places: MachinePlaces;
  surroundings: GuestSurroundings;
  table: ProcessTable;
};

const environmentOf = ({ machine, places, surroundings, compiled }: GuestStart): Record<string, string> => ({
  PADDOCK_MACHINE: machine.id,
  PADDOCK_ENROL_URL: machine.enrolUrl,
  PADDOCK_TICKET_FILE: places.ticket,
  PADDOCK_WORK: places.work,
  PADDOCK_EXPIRES_AT: String(machine.expiresAt),
  PADDOCK_REUSE: machine.image.machine.reuse,
  PATH: surroundings.path,
  LANG: surroundings.lang,
  ...surroundings.variables,
  NODE_COMPILE_CACHE: compiled,
  HOME: machine.image.machine.reuse === 'static' ? homedir() : places.home,
});

/** Starts the guest. Throws `DriverError`; trying again may help when the system was short of something. */
export async function startGuest(start: GuestStart): Promise<Guest> {
  const { bundle, machine, places, table } = start;
  const console = await open(places.console, 'a', 0o600);
  try {
    const child = spawn(process.execPath, [...guestFlags, bundle], {
      cwd: places.work,
      env: environmentOf(start),
      detached: true,
      stdio: ['ignore', console.fd, console.fd],
    });
    const ended = new Promise<GuestEnd>(resolve => {
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    });
    // Before the loop turns: until then the pid is certainly still this child's.
    const startedAt = child.pid === undefined ? 0 : table.startOf(child.pid);
    await once(child, 'spawn');
    child.unref();
    return { process: { pid: child.pid ?? 0, startedAt }, isOurChild: true, ended };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw new DriverError('guest-not-started', `the guest agent cannot be started: ${messageOf(cause)}`, {
      machine: machine.id,
      isTransient: ['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'].includes(code),
      cause,
    });
  } finally {
    await console.close();
  }
}
