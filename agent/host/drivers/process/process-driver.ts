/**
 * A machine that is a directory and a guest process. It isolates nothing: a suite can do whatever the user can whom the
 * host agent runs as, to the host and to other suites. For trusted code, for development, the demo and the tests.
 *
 * Guests outlive the host agent. Under a service manager that kills the whole service on restart, tell it not to
 * (systemd: `KillMode=process`).
 */
import { access, mkdir } from 'node:fs/promises';
import type { DesiredMachine } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { ProcessTable } from '../../../process-tree/process-table.ts';
import { removeSecretFolder } from '../../../secret-files/secret-folder.ts';
import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { startLoop } from '../../loop.ts';
import { boundConsole, readConsole } from '../console-file.ts';
import type { Driver, DriverMachine } from '../driver.ts';
import { bundleMissing, directoryFailed, foreign, notAgain } from '../failures.ts';
import { removeMachineDirectory, writeTag } from '../machine-directory.ts';
import { createSharedCalls } from '../shared-calls.ts';
import { createWatchers } from '../watchers.ts';
import { endGuest } from './end-guest.ts';
import { type FoundAgain, findAgain } from './find-again.ts';
import { type Guest, type GuestEnd, type GuestSurroundings, startGuest } from './guest.ts';
import { endSentence } from './guest-end.ts';
import { makeMachineDirectory, type ProcessTag, placesOf } from './machine-directory.ts';
import { watchAdoptedGuests } from './watch-guests.ts';

export type ProcessDriverParts = {
  /** Directory of the machines; made when it is missing. */
  machines: string;
  owner: HostId;
  /** The guest agent's bundle (`guest.cjs`). */
  bundle: string;
  /** Where Node keeps the bundle compiled (`NODE_COMPILE_CACHE`); made by it, checked by it, and left out when it cannot. */
  compiled: string;
  surroundings: GuestSurroundings;
  table: ProcessTable;
  log: Log;
  /** TERM, then this long, then KILL; default `limits.killGraceMs`. */
  killGraceMs?: number;
};

type Machine = { tag: ProcessTag; state: DriverMachine['state']; reason: string; guest: Guest | null };

/** Opens the driver: finds the machines of earlier starts again. Close it when the reconciler is closed. */
export async function openProcessDriver(parts: ProcessDriverParts): Promise<Driver> {
  await mkdir(parts.machines, { recursive: true, mode: 0o700 });
  parts.log('warn', 'the process driver isolates nothing: a suite can do to this computer what its user can');
  return new ProcessDriver(parts, await findAgain(parts.machines, parts.table, parts.log));
}

class ProcessDriver implements Driver {
  readonly name = 'process';
  readonly isolation = 'none';
  readonly #parts: ProcessDriverParts;
  readonly #machines = new Map<MachineId, Machine>();
  readonly #creating = createSharedCalls<MachineId>();
  readonly #destroying = createSharedCalls<MachineId>();
  readonly #watchers = createWatchers();
  readonly #adopted;
  readonly #watch;

  constructor(parts: ProcessDriverParts, found: readonly FoundAgain[]) {
    this.#parts = parts;
    this.#adopted = watchAdoptedGuests(parts.table);
    for (const one of found) this.#takeIn(one);
    this.#watch = startLoop(() => this.#look());
  }

  async create(wanted: DesiredMachine, signal: AbortSignal): Promise<void> {
    const machine = this.#machines.get(wanted.id);
    if (machine && machine.tag.owner !== this.#parts.owner) throw foreign(machine.tag);
    if (machine?.state === 'dead') throw notAgain(wanted.id, machine.reason);
    if (machine?.state === 'running') return;
    await this.#creating.run(wanted.id, () => this.#create(wanted, signal));
  }

  async destroy(id: MachineId, signal: AbortSignal): Promise<void> {
    const machine = this.#machines.get(id);
    if (!machine) return;
    if (machine.tag.owner !== this.#parts.owner) throw foreign(machine.tag);
    await this.#destroying.run(id, () => this.#destroy(machine, signal));
  }

  async list(): Promise<DriverMachine[]> {
    return [...this.#machines.values()].map(({ tag: { id, owner, expiresAt }, state, reason }) => ({
      ...{ id, owner, expiresAt, state },
      ...(reason ? { reason } : {}),
    }));
  }

  watch(onChange: () => void): () => void {
    return this.#watchers.add(onChange);
  }

  evidence(id: MachineId): Promise<Uint8Array | null> {
    return readConsole(placesOf(this.#parts.machines, id).console);
  }

  async close(): Promise<void> {
    this.#watchers.clear();
    await Promise.all([this.#creating.allEnded(), this.#destroying.allEnded()]);
    await this.#watch.close();
  }

  async #create(wanted: DesiredMachine, signal: AbortSignal): Promise<void> {
    const { id, expiresAt } = wanted;
    const tag: ProcessTag = { v: 1, id, owner: this.#parts.owner, expiresAt, guest: null };
    const machine: Machine = { tag, state: 'creating', reason: '', guest: null };
    this.#machines.set(id, machine);
    try {
      await this.#prepare(tag, wanted.ticket);
    } catch (error) {
      this.#machines.delete(id); // nothing was made
      throw error;
    }
    try {
      await this.#start(machine, wanted, signal);
    } catch (error) {
      this.#died(machine, `it could not be created: ${messageOf(error)}`);
      throw error;
    }
  }

  async #prepare(tag: ProcessTag, ticket: string): Promise<void> {
    const { machines, bundle } = this.#parts;
    try {
      await access(bundle);
    } catch (cause) {
      throw bundleMissing(tag.id, bundle, cause);
    }
    try {
      await makeMachineDirectory(machines, tag, ticket);
    } catch (cause) {
      throw directoryFailed(tag.id, cause as NodeJS.ErrnoException);
    }
  }

  async #start(machine: Machine, wanted: DesiredMachine, signal: AbortSignal): Promise<void> {
    const { machines } = this.#parts;
    signal.throwIfAborted();
    const guest = await startGuest({
      ...this.#parts,
      machine: wanted,
      places: placesOf(machines, wanted.id),
    });
    machine.tag = { ...machine.tag, guest: guest.process };
    // A crash before the tag is written leaves a guest without one; it carries the machine's mark.
    await writeTag(machines, machine.tag);
    signal.throwIfAborted();
    this.#watchOver(machine, guest);
  }

  async #destroy(machine: Machine, signal: AbortSignal): Promise<void> {
    const { machines, table, killGraceMs: graceMs = limits.killGraceMs } = this.#parts;
    const { id } = machine.tag;
    // Nobody calls this while it is created (see the contract); if somebody does, the directory must be whole first.
    await this.#creating.ended(id);
    await endGuest({ id, guest: machine.guest, table, graceMs, signal });
    try {
      // Of an agent that was killed before it could.
      removeSecretFolder(id);
      await removeMachineDirectory(machines, id);
    } catch (cause) {
      throw directoryFailed(id, cause as NodeJS.ErrnoException);
    }
    this.#machines.delete(id);
    this.#watchers.changed();
  }

  #takeIn({ tag, guest }: FoundAgain): void {
    const machine: Machine = { tag, state: 'running', reason: '', guest: null };
    this.#machines.set(tag.id, machine);
    const when = tag.guest ? 'while no host agent was watching' : 'while it was being created';
    if (tag.owner !== this.#parts.owner) return;
    if (guest)
      this.#watchOver(machine, { process: guest, isOurChild: false, ended: this.#adopted.endOf(guest) });
    else this.#died(machine, `its guest agent ended ${when}`);
  }

  /** From now on the machine lives exactly as long as this guest. */
  #watchOver(machine: Machine, guest: Guest): void {
    machine.guest = guest;
    machine.state = 'running';
    const onEnd = async (end: GuestEnd) =>
      this.#died(machine, endSentence(end, await this.evidence(machine.tag.id).catch(() => null)));
    // Not awaited at close: the guest goes on, and the next start finds how it stands.
    void guest.ended.then(onEnd);
    this.#watchers.changed();
  }

  #died(machine: Machine, reason: string): void {
    if (machine.state === 'dead') return;
    machine.state = 'dead';
    machine.reason = reason;
    this.#watchers.changed();
  }

  async #look(): Promise<number> {
    try {
      await this.#adopted.look();
      for (const { tag, state } of this.#machines.values())
        if (state === 'running' && tag.owner === this.#parts.owner)
          await boundConsole(placesOf(this.#parts.machines, tag.id).console);
    } catch (error) {
      this.#parts.log('error', `machines could not be looked at: ${messageOf(error)}; it is tried again`);
    }
    return limits.machineWatchMs;
  }
}
