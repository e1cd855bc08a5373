/**
 * Computers that stay where they are (docs/ssh-driver.md). A machine is the lease of one of them: a directory and a guest agent
 * there, kept by the outpost of this host. A computer has one machine at a time. What is on a computer is what its outpost
 * says; of one that does not answer nothing is concluded: its machines count as running until they expire.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { DesiredMachine } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { DriverError, messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Driver, DriverMachine } from '../driver.ts';
import { bundleMissing, directoryFailed, foreign, notAgain } from '../failures.ts';
import { findMachines, makeMachineDirectory, removeMachineDirectory } from '../machine-directory.ts';
import { createSharedCalls } from '../shared-calls.ts';
import { createWatchers } from '../watchers.ts';
import { type Computer, openComputer } from './computer.ts';
import type { ComputerSettings } from './computers.ts';
import { type Lease, type LeaseTag, leaseTag } from './lease.ts';
import type { Outpost } from './outpost.ts';

export type SshDriverParts = {
  /** Directory of the leases; made when it is missing. */
  machines: string;
  computers: readonly ComputerSettings[];
  owner: HostId;
  /** The guest agent's bundle (`guest.cjs`), and that of the outpost (`outpost.cjs`). */
  bundle: string;
  outpostBundle: string;
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
  const driver = new SshDriver(parts, tags, await readFile(parts.outpostBundle));
  await driver.firstLook();
  return driver;
}

class SshDriver implements Driver {
  readonly name = 'ssh';
  readonly isolation = 'user';
  readonly #parts: SshDriverParts;
  readonly #computers: readonly Computer[];
  readonly #leases = new Map<MachineId, Lease>();
  readonly #creating = createSharedCalls<MachineId>();
  readonly #destroying = createSharedCalls<MachineId>();
  readonly #watchers = createWatchers();

  constructor(parts: SshDriverParts, found: readonly LeaseTag[], program: Buffer) {
    this.#parts = parts;
    for (const tag of found) this.#leases.set(tag.id, { tag, state: 'made' });
    const { owner, killGraceMs, log } = parts;
    this.#computers = parts.computers.map(computer => {
      const { directory } = computer;
      const opening = { owner, directory, ...(killGraceMs === undefined ? {} : { killGraceMs }) };
      return openComputer({ computer, opening, program, onChange: () => this.#watchers.changed() }, log);
    });
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
    const outpost = this.#computerOf(id)?.outpost();
    if (!outpost) return null;
    const text = await outpost.call('evidence', { id }, AbortSignal.timeout(limits.sshConnectMs));
    return text === null ? null : Buffer.from(text, 'base64');
  }

  async close(): Promise<void> {
    this.#watchers.clear();
    await Promise.all([this.#creating.allEnded(), this.#destroying.allEnded()]);
    await Promise.all(this.#computers.map(computer => computer.close()));
  }

  async #create(wanted: DesiredMachine, signal: AbortSignal): Promise<void> {
    const { id } = wanted;
    if (await this.#isThere(id, signal)) return;
    const { tag, outpost } = await this.#take(wanted, signal);
    try {
      await makeMachineDirectory(this.#parts.machines, tag, async () => {});
    } catch (cause) {
      this.#leases.delete(id); // nothing was made
      throw directoryFailed(id, cause as NodeJS.ErrnoException);
    }
    try {
      await this.#bringAgent(outpost, id, signal);
      await outpost.call('create', { machine: wanted }, signal);
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
  ): Promise<{ tag: LeaseTag; outpost: Outpost }> {
    const fitting = this.#computers.filter(({ settings }) => settings.images.includes(image.name));
    const problems: DriverError[] = [];
    for (const computer of [
      ...fitting.filter(isConnected),
      ...fitting.filter(other => !isConnected(other)),
    ]) {
      try {
        const outpost = await computer.reach(signal);
        const machines = await outpost.call('list', {}, signal);
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
          return { tag, outpost };
        }
        problems.push(occupied(computer, taken));
      } catch (error) {
        if (signal.aborted || !(error instanceof DriverError)) throw error;
        problems.push(error);
      }
    }
    throw noneFree(id, image.name, problems);
  }

  async #bringAgent(outpost: Outpost, machine: MachineId, signal: AbortSignal): Promise<void> {
    const { bundle } = this.#parts;
    const bytes = await readFile(bundle).catch(cause => {
      throw bundleMissing(machine, bundle, cause);
    });
    const there = await outpost.call('agent', {}, signal);
    if (there !== createHash('sha256').update(bytes).digest('hex'))
      await outpost.call('bring', { bundle: bytes.toString('base64') }, signal);
  }

  async #destroy(id: MachineId, signal: AbortSignal): Promise<void> {
    // Nobody calls this while it is created (see the contract); if somebody does, that must be over first.
    await this.#creating.ended(id);
    const place = await this.#find(id, signal);
    if (!place) return;
    if (place.tag.owner !== this.#parts.owner) throw foreign(place.tag);
    if (place.computer) {
      const outpost = await place.computer.reach(signal);
      await outpost.call('destroy', { id }, signal);
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
    const ask = async ({ settings: { name }, outpost }: Computer) => {
      const machines = await outpost()
        ?.call('list', {}, signal)
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

const isConnected = (computer: Computer): boolean => computer.outpost() !== null;

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
