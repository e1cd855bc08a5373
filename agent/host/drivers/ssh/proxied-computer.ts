/**
 * A computer on which nothing but a shell runs (`proxy: true`): the agents of its machines are processes of this host, kept by
 * the process driver, so they are found again, watched and ended by its rules. Each works there over a connection of its own;
 * this one takes the computer, and clears it when an agent has ended without doing so.
 */
import { join } from 'node:path';
import type { DesiredMachine } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { clearComputer } from '../../../ssh/clear-computer.ts';
import { dropLease, lookAround, readLease, takeLease } from '../../../ssh/far-directory.ts';
import { type FarShell, farShell } from '../../../ssh/far-shell.ts';
import { openSshLink } from '../../../ssh/ssh-link.ts';
import { DriverError } from '../../errors.ts';
import { writeAtomically } from '../../write-atomically.ts';
import type { Driver } from '../driver.ts';
import { openProcessDriver, type ProcessDriverParts } from '../process/process-driver.ts';
import type { Computer } from './computer.ts';
import type { ComputerSettings } from './computers.ts';
import { asDriverError } from './driver-failure.ts';
import type { MachineKeeper } from './machine-keeper.ts';

/** `bundle`: of the guest agent that works elsewhere. */
export type ProxiedStart = Omit<ProcessDriverParts, 'machines'> & {
  computer: ComputerSettings;
  /** On this host, of this computer alone; made when it is missing. */
  directory: string;
  /** There may be another machine, or one less. */
  onChange: () => void;
};

export async function openProxiedComputer(start: ProxiedStart): Promise<Computer> {
  const { computer, directory, onChange, owner } = start;
  const driver = await openAgents(start);
  await writeAtomically(join(directory, 'computer.json'), JSON.stringify(computer));
  const link = openSshLink(computer);
  const shell = farShell(link, computer.shell);
  const keeper = keeperHere(driver, shell, computer.directory, owner);
  driver.watch(onChange);
  return {
    settings: computer,
    tried: Promise.resolve(),
    keeper: () => keeper,
    async reach(signal) {
      const { missing } = await asDriverError(lookAround(shell, computer.directory, signal));
      if (missing.length > 0) throw unfit(computer, missing);
      return keeper;
    },
    async close() {
      await driver.close();
      await link.close();
    },
  };
}

/** Suites do not run here: what the process driver says of isolation is not true of these machines. */
async function openAgents({
  computer,
  directory,
  surroundings,
  log,
  ...parts
}: ProxiedStart): Promise<Driver> {
  const variables = { ...surroundings.variables, PADDOCK_COMPUTER: join(directory, 'computer.json') };
  return openProcessDriver({
    ...parts,
    machines: join(directory, 'machines'),
    surroundings: { ...surroundings, variables },
    log: (level, message, facts) => {
      if (level === 'error') log(level, message, { computer: computer.name, ...facts });
    },
  });
}

const keeperHere = (driver: Driver, shell: FarShell, directory: string, owner: HostId): MachineKeeper => ({
  list: signal => driver.list(signal),
  async create(machine, signal) {
    await asDriverError(take(shell, directory, owner, machine, signal));
    await driver.create(machine, signal);
  },
  async destroy(id, signal) {
    // The agent first: it ends what it has begun there by itself, and reports none of it.
    await driver.destroy(id, signal);
    await asDriverError(letGo(shell, directory, id, signal));
  },
  evidence: id => driver.evidence(id),
});

/** A lease that nobody let go of, of this host or run out, is one whose agent is no more: what it has left is cleared first. */
async function take(
  shell: FarShell,
  directory: string,
  owner: HostId,
  { id, expiresAt }: DesiredMachine,
  signal: AbortSignal,
): Promise<void> {
  const wanted = { owner, machine: id, expiresAt };
  const found = await takeLease(shell, directory, wanted, signal);
  if (found.machine === id) return;
  if (found.owner !== owner && found.expiresAt > Date.now())
    throw new DriverError(
      'computer-foreign',
      `${found.owner} has a machine on ${shell.name}; a computer belongs to one host`,
      { machine: id, isTransient: true },
    );
  const { directory: there } = await lookAround(shell, directory, signal);
  await clearComputer(shell, found.machine, there, signal);
  await dropLease(shell, directory, found.machine, signal);
  const { machine, owner: now } = await takeLease(shell, directory, wanted, signal);
  if (machine !== id)
    throw new DriverError('computer-foreign', `${now} has just taken ${shell.name}`, {
      machine: id,
      isTransient: true,
    });
}

async function letGo(shell: FarShell, directory: string, id: MachineId, signal: AbortSignal): Promise<void> {
  if ((await readLease(shell, directory, signal))?.machine !== id) return;
  const { directory: there } = await lookAround(shell, directory, signal);
  await clearComputer(shell, id, there, signal);
  await dropLease(shell, directory, id, signal);
}

const unfit = ({ name, user }: ComputerSettings, missing: readonly string[]): DriverError =>
  new DriverError(
    'computer-unfit',
    `${name} lacks programs that have to be on the PATH of ${user} there: ${missing.join(', ')}`,
  );
