/**
 * What the host says to the commands of an administrator, and what they answer; docs/command-driver.md tells it to those who
 * write them. A request is one JSON document on standard input, because others may read arguments and environments.
 */
import * as z from 'zod';
import type { DesiredMachine } from '#shared/host-messages.ts';
import { type HostId, hostId, instant, type MachineId, machineId } from '#shared/ids.ts';
import type { BroughtAuthorities } from '../../believed.ts';
import { DriverError } from '../../errors.ts';
import type { DriverMachine } from '../driver.ts';

const version = 1;

/** The agent's bundle, a path, and its digest; `ca`: whom it believes; null: the usual authorities. */
export type Brought = { bundle: string; sha256: string; ca: BroughtAuthorities | null };

/** `create`. Holds a secret: the boot ticket. */
export const creationOf = (wanted: DesiredMachine, owner: HostId, { bundle, sha256, ca }: Brought) => ({
  v: version,
  id: wanted.id,
  owner,
  expiresAt: wanted.expiresAt,
  image: wanted.image,
  bundle,
  sha256,
  environment: {
    PADDOCK_MACHINE: wanted.id,
    PADDOCK_ENROL_URL: wanted.enrolUrl,
    PADDOCK_EXPIRES_AT: String(wanted.expiresAt),
    PADDOCK_REUSE: wanted.image.machine.reuse,
  },
  ticket: wanted.ticket,
  ...(ca && { ca }),
});

/** `destroy` and `console`. */
export const questionAbout = (id: MachineId, owner: HostId) => ({ v: version, id, owner });

/** `list`. */
export const questionOf = (owner: HostId) => ({ v: version, owner });

const listedMachine = z.object({
  id: machineId,
  owner: hostId,
  expiresAt: instant,
  state: z.enum(['creating', 'running', 'dead']),
  reason: z.string().max(1_000).optional(),
});

/** What `list` printed. Throws rather than answering with a part: a machine that is left out would be taken for lost. */
export function readListing(text: string): Map<MachineId, DriverMachine> {
  const machines = new Map<MachineId, DriverMachine>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const { reason, ...machine } = readLine(line, index + 1);
    if (machines.has(machine.id)) throw unreadable(index + 1, `${machine.id} is there twice`);
    machines.set(machine.id, reason ? { ...machine, reason } : machine);
  }
  return machines;
}

function readLine(line: string, number: number): z.infer<typeof listedMachine> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw unreadable(number, `it is not JSON: ${line.slice(0, 100)}`);
  }
  const parsed = listedMachine.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'line'}: ${message}`);
  throw unreadable(number, problems.join('; '));
}

const unreadable = (line: number, what: string): DriverError =>
  new DriverError('listing-unreadable', `line ${line} of what \`list\` printed cannot be read: ${what}`);
