/**
 * Computers that stay where they are (docs/ssh-driver.md). A machine is the lease of one of them: a directory and a guest agent
 * there, kept by the outpost of this host; or, where nothing but a shell runs, an agent here that works there. A computer has
 * one machine at a time. What is on a computer is what its outpost says; of one that does not answer nothing is concluded:
 * its machines count as running until they expire.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DesiredMachine } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { ProcessTable } from '../../../process-tree/process-table.ts';
import type { Believed } from '../../believed.ts';
import { DriverError, messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Driver, DriverMachine } from '../driver.ts';
import { directoryFailed, foreign, notAgain } from '../failures.ts';
import { findMachines, makeMachineDirectory, removeMachineDirectory } from '../machine-directory.ts';
import type { GuestSurroundings } from '../process/guest.ts';
import { readBelieved } from '../read-believed.ts';
import { createSharedCalls } from '../shared-calls.ts';
import { createWatchers } from '../watchers.ts';
import { type Computer, openComputer } from './computer.ts';
import type { ComputerSettings } from './computers.ts';
import { type Lease, type LeaseTag, leaseTag } from './lease.ts';
import type { MachineKeeper } from './machine-keeper.ts';
import { openProxiedComputer } from './proxied-computer.ts';

export type SshDriverParts = {
  /** Directory of the leases; made when it is missing. */
  machines: string;
  /** Directory of the machines whose agents run here, for computers that run none; made when there is such a computer. */
  proxied: string;
  computers: readonly ComputerSettings[];
  owner: HostId;
  /** The guest agent's bundle (`guest.cjs`), and that of the outpost (`outpost.cjs`). */
  bundle: string;
  outpostBundle: string;
  /** Of the guest agent that works on a computer elsewhere (`proxy.cjs`), and what such agents get of this host. */
  proxyBundle: string;
  compiled: string;
  surroundings: GuestSurroundings;
  /** Whom agents on computers elsewhere are to believe; null: the usual authorities. */
  believed: Believed | null;
  table: ProcessTable;
  log: Log;
  /** TERM, then this long, then KILL; default `limits.killGraceMs`. */
  killGraceMs?: number;
};

/** By name of computer; null: it does not answer. */
type Answers = ReadonlyMap<string, readonly DriverMachine[] | null>;

/** Opens the driver: finds the leases of earlier starts, and connects to the computers that answer soon. */
export async function openSshDriver(parts: SshDriverParts): Promise<Driver> {
  await mkdir(parts.machines, { recursive: true, mode: 0o700 });
  const { tags, unreadable } = await findMachines(parts.machines, leaseTag);
  for (const name of unreadable)
    parts.log('error', 'a directory among the machines has no readable tag; it is left alone', { name });
  const driver = new SshDriver(parts, tags);
  await driver.open();
  await driver.firstLook();
  return driver;
}

class SshDriver implements Driver {
  readonly name = 'ssh';
  readonly isolation = 'user';
  readonly #parts: SshDriverParts;
  #computers: readonly Computer[] = [];
  readonly #leases = new Map<MachineId, Lease>();
  readonly #creating = createSharedCalls<MachineId>();
  readonly #destroying = createSharedCalls<MachineId>();
  readonly #watchers = createWatchers();

  constructor(parts: SshDriverParts, found: readonly LeaseTag[]) {
    this.#parts = parts;
    for (const tag of found) this.#leases.set(tag.id, { tag, state: 'made' });
  }

  async open(): Promise<void> {
    const { computers, outpostBundle } = this.#parts;
    const program = await readFile(outpostBundle);
    this.#computers = await Promise.all(computers.map(computer => this.#openComputer(computer, program)));
  }

  async #openComputer(computer: ComputerSettings, program: Buffer): Promise<Computer> {
    const { owner, killGraceMs, log, bundle, proxied, proxyBundle, believed, ...others } = this.#parts;
    const onChange = () => this.#watchers.changed();
    const grace = killGraceMs === undefined ? {} : { killGraceMs };
    if (computer.proxy) {
      const directory = join(proxied, computer.name);
      return openProxiedComputer({
        ...others,
        computer,
        directory,
        owner,
        bundle: proxyBundle,
        onChange,
        log,
        ...grace,
      });
    }
    const ca = await readBelieved(believed);
    const opening = { owner, directory: computer.directory, ...(ca && { ca }), ...grace };
    return openComputer({ computer, opening, program, onChange }, bundle, log);
  }

  /** Resolves when every computer has answered or failed once, or after a moment. */
  async firstLook(): Promise<void> {
    const over = new AbortController();
    const moment = pause(limits.sshOpenMs, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#computers.map(({ tried }) => tried)), moment]);
    over.abort();
  }

  async create(wanted: DesiredMachine, signal: AbortSignal): Promise<void> {
    await this.#creating.run(wanted.id, () => this.#create(wanted, signal));
  }

  async destroy(id: MachineId, signal: AbortSignal): Promise<void> {
    await this.#destroying.run(id, () => this.#destroy(id, signal));
  }

  async list(signal: AbortSignal): Promise<DriverMachine[]> {
    // Only of what was made before the question does its answer say that it is no more.
    const before = new Map(this.#leases);
    const answers = await this.#ask(this.#computers, signal);
    const unknown = [...answers.values()]
      .flatMap(machines => machines ?? [])
      .filter(({ id }) => !this.#leases.has(id) && !before.has(id));
    return [...[...this.#leases.values()].map(lease => describe(lease, before, answers)), ...unknown];
  }

  watch(onChange: () => void): () => void {
    return this.#watchers.add(onChange);
  }

  async evidence(id: MachineId): Promise<Uint8Array | null> {
    const keeper = this.#computerOf(id)?.keeper();
    return keeper ? keeper.evidence(id, AbortSignal.timeout(limits.sshConnectMs)) : null;
  }

  async close(): Promise<void> {
    this.#watchers.clear();
    await Promise.all([this.#creating.allEnded(), this.#destroying.allEnded()]);
    await Promise.all(this.#computers.map(computer => computer.close()));
  }

  async #create(wanted: DesiredMachine, signal: AbortSignal): Promise<void> {
    const { id } = wanted;
    if (await this.#isThere(id, signal)) return;
    const { tag, keeper } = await this.#take(wanted, signal);
    try {
      await makeMachineDirectory(this.#parts.machines, tag, async () => {});
    } catch (cause) {
      this.#leases.delete(id); // nothing was made
      throw directoryFailed(id, cause as NodeJS.ErrnoException);
    }
    try {
      await keeper.create(wanted, signal);
      this.#leases.set(id, { tag, state: 'made' });
    } catch (error) {
      this.#leases.set(id, { tag, state: 'failed', reason: `it could not be created: ${messageOf(error)}` });
      throw error;
    } finally {
      this.#watchers.changed();
    }
  }

  /** Whether the machine runs already. Throws when it is another host's, or was begun before and does not run. */
  async #isThere(id: MachineId, signal: AbortSignal): Promise<boolean> {
    const machine = (await this.list(signal)).find(listed => listed.id === id);
    if (!machine) return false;
    if (machine.owner !== this.#parts.owner) throw foreign({ v: 1, ...machine });
    if (machine.state === 'running') return true;
    throw notAgain(id, machine.reason ?? 'its creation was cut short');
  }

  /** Takes a free computer that is the image, one that is connected first. */
  async #take(
    { id, image, expiresAt }: DesiredMachine,
    signal: AbortSignal,
  ): Promise<{ tag: LeaseTag; keeper: MachineKeeper }> {
    const named = this.#computers.filter(({ settings }) => settings.images.includes(image.name));
    const isProxied = image.agent.mode === 'proxy';
    const fitting = named.filter(({ settings }) => settings.proxy === isProxied);
    const problems: DriverError[] = named
      .filter(({ settings }) => settings.proxy !== isProxied)
      .map(({ settings }) => otherMode(settings));
    for (const computer of [
      ...fitting.filter(isConnected),
      ...fitting.filter(other => !isConnected(other)),
    ]) {
      try {
        const keeper = await computer.reach(signal);
        const machines = await keeper.list(signal);
        const taken = machines[0]?.id ?? this.#leaseOn(computer)?.tag.id;
        if (taken === undefined) {
          // Nothing is awaited between the look and this note, by which others see that the computer is taken.
          const tag = {
            v: 1 as const,
            id,
            owner: this.#parts.owner,
            expiresAt,
            computer: computer.settings.name,
          };
          this.#leases.set(id, { tag, state: 'creating' });
          return { tag, keeper };
        }
        problems.push(occupied(computer, taken));
      } catch (error) {
        if (signal.aborted || !(error instanceof DriverError)) throw error;
        problems.push(error);
      }
    }
    throw noneFree(id, image.name, problems);
  }

  async #destroy(id: MachineId, signal: AbortSignal): Promise<void> {
    // Nobody calls this while it is created (see the contract); if somebody does, that must be over first.
    await this.#creating.ended(id);
    const place = await this.#find(id, signal);
    if (!place) return;
    if (place.tag.owner !== this.#parts.owner) throw foreign(place.tag);
    if (place.computer) {
      const keeper = await place.computer.reach(signal);
      await keeper.destroy(id, signal);
    } else if (place.tag.expiresAt > Date.now()) throw computerMissing(id, place.tag);
    try {
      await removeMachineDirectory(this.#parts.machines, id);
    } catch (cause) {
      throw directoryFailed(id, cause as NodeJS.ErrnoException);
    }
    this.#leases.delete(id);
    this.#watchers.changed();
  }

  /** Where a machine is; null when it is nowhere. Without a computer: that is no longer in the configuration. */
  async #find(
    id: MachineId,
    signal: AbortSignal,
  ): Promise<{ computer: Computer | null; tag: LeaseTag } | null> {
    const lease = this.#leases.get(id);
    if (lease) return { computer: this.#computerOf(id), tag: lease.tag };
    const answers = await this.#ask(this.#computers, signal);
    for (const computer of this.#computers) {
      const { name } = computer.settings;
      const machine = answers.get(name)?.find(listed => listed.id === id);
      if (machine) return { computer, tag: { v: 1, ...machine, computer: name } };
    }
    return null;
  }

  async #ask(computers: readonly Computer[], signal: AbortSignal): Promise<Answers> {
    const ask = async ({ settings: { name }, keeper }: Computer) => {
      const machines = await keeper()
        ?.list(signal)
        .catch(() => null);
      return [name, machines ?? null] as const;
    };
    const answers = await Promise.all(computers.map(ask));
    signal.throwIfAborted();
    return new Map(answers);
  }

  #computerOf(id: MachineId): Computer | null {
    const name = this.#leases.get(id)?.tag.computer;
    return this.#computers.find(({ settings }) => settings.name === name) ?? null;
  }

  #leaseOn({ settings: { name } }: Computer): Lease | undefined {
    return [...this.#leases.values()].find(({ tag }) => tag.computer === name);
  }
}

const isConnected = (computer: Computer): boolean => computer.keeper() !== null;

function describe(lease: Lease, before: ReadonlyMap<MachineId, Lease>, answers: Answers): DriverMachine {
  const { id, owner, expiresAt, computer } = lease.tag;
  const facts = { id, owner, expiresAt };
  const dead = (reason: string): DriverMachine => ({ ...facts, state: 'dead', reason });
  if (lease.state === 'failed') return dead(lease.reason);
  if (lease.state === 'creating') return { ...facts, state: 'creating' };
  const answer = answers.get(computer);
  if (answer === undefined) return dead(`its computer ${computer} is no longer in the configuration`);
  const found = answer?.find(machine => machine.id === id);
  if (found) return found;
  // Either nobody answers there, or it became whole while the answer was on its way.
  if (answer === null || before.get(id)?.state !== 'made') return { ...facts, state: 'running' };
  return dead(`nothing of it is on ${computer} any more`);
}

const occupied = ({ settings: { name } }: Computer, machine: MachineId): DriverError =>
  new DriverError('computer-taken', `${name} is taken by ${machine}`, { isTransient: true });

const otherMode = ({ name, proxy, file }: ComputerSettings): DriverError =>
  new DriverError(
    'computer-mode',
    proxy
      ? `${name} runs no agent; write \`agent: { mode: proxy }\` into the image, or remove \`proxy\` under ${name} in ${file}`
      : `${name} runs agents of its own; write \`proxy: true\` under ${name} in ${file}, or remove \`mode: proxy\` from the image`,
  );

function noneFree(machine: MachineId, image: string, problems: readonly DriverError[]): DriverError {
  if (problems.length === 0)
    return new DriverError('no-computer', `no computer of this host is the image ${image}`, { machine });
  return new DriverError(
    'no-computer',
    `no computer is free for the image ${image}: ${problems.map(({ message }) => message).join('; ')}`,
    { machine, isTransient: problems.some(({ isTransient }) => isTransient) },
  );
}

const computerMissing = (machine: MachineId, { computer, expiresAt }: LeaseTag): DriverError =>
  new DriverError(
    'computer-missing',
    `its computer ${computer} is no longer in the configuration; write it there again, or wait until the machine ends by itself (${new Date(expiresAt).toISOString()})`,
    { machine, isTransient: true },
  );
