/**
 * Machines of any cloud, made by an administrator's own executables (docs/command-driver.md). What `list` prints is the truth
 * about what there is; what is noted here is only which machines were begun, so that what a creation left is cleared, and that
 * no id is created twice. A command has no events: `list` is asked again and again while there are machines.
 */
import { access, mkdir } from 'node:fs/promises';
import type { DesiredMachine } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Isolation } from '#shared/machine.ts';
import type { Believed } from '../../believed.ts';
import { messageOf } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type Loop, startLoop } from '../../loop.ts';
import { readAgentFiles } from '../agent-files.ts';
import type { Driver, DriverMachine } from '../driver.ts';
import { bundleMissing, directoryFailed, foreign, notAgain } from '../failures.ts';
import {
  findMachines,
  type MachineTag,
  machineTag,
  makeMachineDirectory,
  removeMachineDirectory,
} from '../machine-directory.ts';
import { createSharedCalls } from '../shared-calls.ts';
import { createWatchers } from '../watchers.ts';
import { type Commands, checkCommands, createCommands } from './commands.ts';
import type { CommandSurroundings } from './run-command.ts';

export type CommandDriverParts = {
  /** Directory of the tags of machines; made when it is missing. */
  machines: string;
  /** The administrator's: `create`, `destroy`, `list`, and perhaps `console`. */
  directory: string;
  /** What the administrator says that separates these machines from each other and from this host. */
  isolation: Isolation;
  owner: HostId;
  /** The guest agent's bundle (`guest.cjs`), for `create` to bring along. */
  bundle: string;
  /** Whom the agents of these machines are to believe; null: the usual authorities. */
  believed: Believed | null;
  surroundings: CommandSurroundings;
  log: Log;
};

/** `failed`: its creation did not end well, whatever `list` says of it. */
type Note = { tag: MachineTag } & ({ state: 'creating' | 'made' } | { state: 'failed'; reason: string });

type Listed = ReadonlyMap<MachineId, DriverMachine>;

/** Opens the driver: finds the tags of earlier starts. Throws `ConfigurationInvalid` when commands are missing. */
export async function openCommandDriver(parts: CommandDriverParts): Promise<Driver> {
  await checkCommands(parts.directory);
  await mkdir(parts.machines, { recursive: true, mode: 0o700 });
  const { tags, unreadable } = await findMachines(parts.machines, machineTag);
  for (const name of unreadable)
    parts.log('error', 'a directory among the machines has no readable tag; it is left alone', { name });
  return new CommandDriver(parts, tags);
}

class CommandDriver implements Driver {
  readonly name = 'command';
  readonly isolation: Isolation;
  readonly #parts: CommandDriverParts;
  readonly #commands: Commands;
  readonly #notes = new Map<MachineId, Note>();
  readonly #creating = createSharedCalls<MachineId>();
  readonly #destroying = createSharedCalls<MachineId>();
  readonly #watchers = createWatchers();
  readonly #watch: Loop;
  #lastSeen = '';

  constructor(parts: CommandDriverParts, found: readonly MachineTag[]) {
    this.#parts = parts;
    this.isolation = parts.isolation;
    this.#commands = createCommands(parts.directory, parts.owner, parts.surroundings);
    for (const tag of found) this.#notes.set(tag.id, { tag, state: 'made' });
    this.#watch = startLoop(signal => this.#look(signal));
  }

  async create(wanted: DesiredMachine, signal: AbortSignal): Promise<void> {
    await this.#creating.run(wanted.id, () => this.#create(wanted, signal));
  }

  async destroy(id: MachineId, signal: AbortSignal): Promise<void> {
    await this.#destroying.run(id, () => this.#destroy(id, signal));
  }

  async list(signal: AbortSignal): Promise<DriverMachine[]> {
    // Only of what was made before the question does its answer say that it is no more.
    const before = new Map(this.#notes);
    const listed = await this.#commands.list(signal);
    const unknown = [...listed.values()].filter(({ id }) => !this.#notes.has(id) && !before.has(id));
    return [...[...this.#notes.values()].map(note => describe(note, before, listed)), ...unknown];
  }

  watch(onChange: () => void): () => void {
    return this.#watchers.add(onChange);
  }

  async evidence(id: MachineId): Promise<Uint8Array | null> {
    if (!this.#notes.has(id)) return null;
    return this.#commands.console(id, AbortSignal.timeout(limits.commandConsoleMs));
  }

  async close(): Promise<void> {
    this.#watchers.clear();
    await Promise.all([this.#creating.allEnded(), this.#destroying.allEnded()]);
    await this.#watch.close();
  }

  async #create(wanted: DesiredMachine, signal: AbortSignal): Promise<void> {
    const { id, expiresAt } = wanted;
    const { owner, bundle, believed } = this.#parts;
    if (await this.#isThere(id, signal)) return;
    const tag: MachineTag = { v: 1, id, owner, expiresAt };
    await this.#prepare(tag);
    try {
      signal.throwIfAborted();
      const { sha256, ca } = await readAgentFiles({ bundle, believed }, id);
      await this.#commands.create(wanted, { bundle, sha256, ca }, signal);
      this.#notes.set(id, { tag, state: 'made' });
    } catch (error) {
      this.#notes.set(id, { tag, state: 'failed', reason: `it could not be created: ${messageOf(error)}` });
      throw error;
    } finally {
      this.#watchers.changed();
    }
  }

  /** Whether the machine runs already. Throws when it is another host's, or was begun before and does not run. */
  async #isThere(id: MachineId, signal: AbortSignal): Promise<boolean> {
    const note = this.#notes.get(id);
    const machine = (await this.#commands.list(signal)).get(id);
    const owner = machine?.owner ?? note?.tag.owner ?? this.#parts.owner;
    if (owner !== this.#parts.owner) throw foreign({ v: 1, id, owner, expiresAt: 0 });
    if (note?.state === 'failed') throw notAgain(id, note.reason);
    if (machine?.state === 'running') return true;
    if (machine ?? note) throw notAgain(id, endOf(machine));
    return false;
  }

  async #prepare(tag: MachineTag): Promise<void> {
    const { machines, bundle } = this.#parts;
    try {
      await access(bundle);
    } catch (cause) {
      throw bundleMissing(tag.id, bundle, cause);
    }
    this.#notes.set(tag.id, { tag, state: 'creating' });
    try {
      await makeMachineDirectory(machines, tag, async () => {});
    } catch (cause) {
      this.#notes.delete(tag.id); // nothing was made
      throw directoryFailed(tag.id, cause as NodeJS.ErrnoException);
    }
  }

  async #destroy(id: MachineId, signal: AbortSignal): Promise<void> {
    // Nobody calls this while it is created (see the contract); if somebody does, its command must have ended first.
    await this.#creating.ended(id);
    const tag = this.#notes.get(id)?.tag ?? (await this.#commands.list(signal)).get(id);
    if (!tag) return;
    if (tag.owner !== this.#parts.owner) throw foreign({ v: 1, ...tag });
    await this.#commands.destroy(id, signal);
    try {
      await removeMachineDirectory(this.#parts.machines, id);
    } catch (cause) {
      throw directoryFailed(id, cause as NodeJS.ErrnoException);
    }
    this.#notes.delete(id);
    this.#watchers.changed();
  }

  /** One look, for the watchers; that `list` fails is told by whoever lists next, and here is only no change. */
  async #look(signal: AbortSignal): Promise<number> {
    if (this.#notes.size === 0 || this.#watchers.isEmpty()) return limits.commandListMs;
    const startedAt = performance.now();
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(limits.driverListMs)]);
    const seen = await this.list(bounded).then(JSON.stringify, () => this.#lastSeen);
    if (seen !== this.#lastSeen && !signal.aborted) this.#watchers.changed();
    this.#lastSeen = seen;
    return Math.max(limits.commandListMs, limits.commandListRests * (performance.now() - startedAt));
  }
}

function describe(note: Note, before: ReadonlyMap<MachineId, Note>, listed: Listed): DriverMachine {
  const { id, owner, expiresAt } = note.tag;
  const machine = listed.get(id);
  if (machine && machine.owner !== owner) return machine;
  const facts = { id, owner, expiresAt };
  if (note.state === 'failed') return { ...facts, state: 'dead', reason: note.reason };
  if (note.state === 'creating') return { ...facts, state: 'creating' };
  // It became whole while `list` was at work, which may have looked before that.
  if (!machine && before.get(id)?.state !== 'made') return { ...facts, state: 'running' };
  return machine?.state === 'running' || machine?.state === 'creating'
    ? machine
    : { ...facts, state: 'dead', reason: endOf(machine) };
}

function endOf(machine: DriverMachine | undefined): string {
  if (!machine) return '`list` does not name it any more';
  return machine.reason ?? `\`list\` says that it is ${machine.state}, and not why`;
}
