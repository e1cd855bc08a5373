/**
 * Machines that are virtual: a transient domain of libvirt, a disk over the image's, a config disk, a network in which only
 * this host's relay answers. Whether a machine runs is what libvirt says, never what is remembered here; what there was to
 * it is its directory. https://libvirt.org/manpages/virsh.html
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLineOf } from '#shared/console-text.ts';
import type { DesiredMachine, MachineArchitecture } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Mirror } from '#shared/mirror.ts';
import type { Believed } from '../../believed.ts';
import { DriverError, messageOf } from '../../errors.ts';
import { plainConsole } from '../../evidence.ts';
import type { ImageStore } from '../../images/image-store.ts';
import type { Log } from '../../log.ts';
import { type Loop, startLoop } from '../../loop.ts';
import { readAgentFiles } from '../agent-files.ts';
import { boundConsole, readConsole } from '../console-file.ts';
import type { Driver, DriverMachine } from '../driver.ts';
import { directoryFailed, foreign, notAgain } from '../failures.ts';
import {
  findMachines,
  type MachineTag,
  makeMachineDirectory,
  removeMachineDirectory,
} from '../machine-directory.ts';
import { createSharedCalls } from '../shared-calls.ts';
import { createWatchers } from '../watchers.ts';
import { blueprintOf } from './blueprint.ts';
import { type Bringers, createBringers } from './bring/bringers.ts';
import { domainNameOf, type Hardware } from './domain.ts';
import { logDirectoryOf, removeDomainLog } from './domain-log.ts';
import { createDomains, type Domains } from './domains.ts';
import { writeEmulators } from './emulator.ts';
import { fillDirectory } from './fill-directory.ts';
import { identityOf } from './guest-environment.ts';
import { filesOf } from './image-files.ts';
import { placesOf, type VirtualTag, virtualTag } from './machine-directory.ts';
import { checkTargets, createNetworks, type Networks, targetOf } from './network/network.ts';
import { endQemu, findQemu, isQemuOf } from './qemu-process.ts';
import { takeScreenshot } from './screenshot.ts';
import { openSnapshots, type Snapshots } from './snapshots.ts';
import { createVirsh, type Virsh, VirshFailed } from './virsh.ts';

export type LibvirtParts = {
  /** A directory of the driver's own; made when it is missing. */
  directory: string;
  owner: HostId;
  uri: string;
  accelerator: Hardware['accelerator'];
  architectures: readonly MachineArchitecture[];
  images: Pick<ImageStore, 'fetch'>;
  /** The guest agent's bundle (`guest.cjs`). */
  bundle: string;
  /** Where the machines' agents find NATS: the address that the host itself was given. */
  natsUrl: () => string;
  /** What machines of an image with `egress` reach of networks that are not public. */
  mirrors: readonly Mirror[];
  /** Certificates that the machines' agents believe besides Node's own; null: no others. */
  believed: Believed | null;
  surroundings: { path: string; home: string; runtimeDirectory: string };
  log: Log;
};

/** `qemu`: its pid, once it was seen. `reason`: why it was ended from here. */
type Machine = { tag: VirtualTag; state: 'creating' | 'made'; qemu: number | null; reason?: string };

/** Opens the driver: finds the machines of earlier starts again. Close it when the reconciler is closed. */
export async function openLibvirtDriver(parts: LibvirtParts): Promise<Driver> {
  const machines = join(parts.directory, 'machines');
  await mkdir(machines, { recursive: true, mode: 0o711 });
  const emulatorOf = await writeEmulators(parts.directory);
  const { tags, unreadable } = await findMachines(machines, virtualTag);
  for (const name of unreadable)
    parts.log('error', 'a directory among the machines has no readable tag; it is left alone', { name });
  const virsh = createVirsh(parts.uri, parts.surroundings);
  const logs = logDirectoryOf(parts.uri, parts.surroundings.home);
  const snapshots = await openSnapshots({
    ...parts,
    logs,
    directory: join(parts.directory, 'snapshots'),
    virsh,
    searchPath: parts.surroundings.path,
  });
  const found = tags.map(async tag => ({ tag, qemu: await findQemu(tag.id) }));
  return new LibvirtDriver(
    { ...parts, logs, machines, emulatorOf, virsh, snapshots },
    await Promise.all(found),
  );
}

type Opened = LibvirtParts & {
  /** Where libvirt keeps a log of each machine, if that can be seen from here. */
  logs: string | null;
  machines: string;
  emulatorOf: (arch: Hardware['arch']) => string;
  virsh: Virsh;
  snapshots: Snapshots;
};

class LibvirtDriver implements Driver {
  readonly name = 'libvirt';
  readonly isolation = 'vm';
  readonly architectures: readonly MachineArchitecture[];
  readonly #parts: Opened;
  readonly #virsh: Virsh;
  readonly #domains: Domains;
  readonly #snapshots: Snapshots;
  readonly #networks: Networks;
  readonly #bringers: Bringers;
  readonly #machines = new Map<MachineId, Machine>();
  readonly #creating = createSharedCalls<MachineId>();
  readonly #destroying = createSharedCalls<MachineId>();
  readonly #watchers = createWatchers();
  readonly #closing = new AbortController();
  readonly #loops: Loop[];

  constructor(parts: Opened, found: readonly Pick<Machine, 'tag' | 'qemu'>[]) {
    this.#parts = parts;
    this.architectures = parts.architectures;
    this.#virsh = parts.virsh;
    this.#snapshots = parts.snapshots;
    this.#domains = createDomains(this.#virsh);
    this.#networks = createNetworks(parts);
    this.#bringers = createBringers({
      ...parts,
      placesOf: id => placesOf(parts.machines, id),
      readAgent: id => readAgentFiles(parts, id),
      giveUp: (id, reason) => this.#giveUp(id, reason),
    });
    for (const one of found) this.#machines.set(one.tag.id, { ...one, state: 'made' });
    this.#loops = [
      startLoop(signal => this.#listen(signal)),
      startLoop(() => this.#look()),
      startLoop(() => this.#boundConsoles()),
    ];
  }

  async prepare(wanted: DesiredMachine, signal: AbortSignal): Promise<void> {
    await filesOf(wanted, this.#parts.images, signal);
  }

  async create(wanted: DesiredMachine, signal: AbortSignal): Promise<void> {
    const domains = await this.#domains.list(signal);
    const tag = this.#machines.get(wanted.id)?.tag ?? domains.get(wanted.id);
    if (tag && tag.owner !== this.#parts.owner) throw foreign(tag);
    if (!this.#creating.isUnderWay(wanted.id) && this.#machines.has(wanted.id)) {
      if (!domains.has(wanted.id)) throw notAgain(wanted.id, await this.#endOf(wanted.id));
      return;
    }
    await this.#creating.run(wanted.id, () => this.#create(wanted, signal));
  }

  async destroy(id: MachineId, signal: AbortSignal): Promise<void> {
    const tag = this.#machines.get(id)?.tag ?? (await this.#domains.list(signal)).get(id);
    if (!tag) return;
    if (tag.owner !== this.#parts.owner) throw foreign(tag);
    await this.#destroying.run(id, () => this.#destroy(id, signal));
  }

  async list(signal: AbortSignal): Promise<DriverMachine[]> {
    // Only of what was made before the question does its answer say that it is no more.
    const made = new Set([...this.#machines].filter(([, { state }]) => state === 'made').map(([id]) => id));
    const domains = await this.#domains.list(signal);
    const ids = new Set([...this.#machines.keys(), ...domains.keys()]);
    return Promise.all([...ids].map(id => this.#describe(id, { made, domains }, signal)));
  }

  watch(onChange: () => void): () => void {
    return this.#watchers.add(onChange);
  }

  evidence(id: MachineId): Promise<Uint8Array | null> {
    return readConsole(placesOf(this.#parts.machines, id).console);
  }

  async screen(id: MachineId, signal: AbortSignal): Promise<Uint8Array | null> {
    const machine = this.#machines.get(id);
    if (!machine?.tag.hasDisplay || machine.qemu === null || (await hasEnded(machine))) return null;
    const place = { name: domainNameOf(id), file: placesOf(this.#parts.machines, id).screen };
    return takeScreenshot(this.#virsh, place, signal);
  }

  async close(): Promise<void> {
    this.#watchers.clear();
    this.#closing.abort(new Error('the host agent is closing'));
    await this.#snapshots.close();
    await this.#bringers.close();
    await Promise.all([this.#creating.allEnded(), this.#destroying.allEnded()]);
    await Promise.all(this.#loops.map(loop => loop.close()));
    this.#networks.closeAll();
  }

  async #create(wanted: DesiredMachine, signal: AbortSignal): Promise<void> {
    const { machines, owner, natsUrl, images } = this.#parts;
    const searchPath = this.#parts.surroundings.path;
    const { id, expiresAt } = wanted;
    // First what cannot be helped by waiting: files may have to be fetched, and a snapshot made.
    const urls = [wanted.enrolUrl, natsUrl()];
    const reach = { reaches: urls.map(targetOf), egress: wanted.image.machine.egress ?? 'none' };
    checkTargets(urls, reach);
    const files = await filesOf(wanted, images, signal);
    const blueprint = blueprintOf(wanted.image, files, this.#parts);
    const snapshot = blueprint.isWarm ? await this.#snapshots.diskFor(blueprint, signal) : null;
    const tag: VirtualTag = {
      v: 1,
      id,
      owner,
      expiresAt,
      ...reach,
      hasDisplay: wanted.image.machine.console === 'none',
    };
    const brought = await readAgentFiles(this.#parts, id);
    signal.throwIfAborted();
    const machine: Machine = { tag, state: 'creating', qemu: null };
    this.#machines.set(id, machine);
    try {
      const plan = { wanted, tag, blueprint, snapshot, files, config: identityOf(wanted, brought) };
      await makeMachineDirectory(machines, tag, directory =>
        fillDirectory(directory, plan, { machines, searchPath }, signal),
      );
    } catch (cause) {
      this.#machines.delete(id); // nothing was made
      signal.throwIfAborted();
      throw cause instanceof DriverError ? cause : directoryFailed(id, cause as NodeJS.ErrnoException);
    }
    try {
      await this.#virsh.run(['create', placesOf(machines, id).domain], signal);
      await this.#connect(machine, signal);
    } catch (error) {
      // Another QEMU than the one that made it may not be able to go on with it.
      if (snapshot !== null && error instanceof VirshFailed) await this.#snapshots.distrust(blueprint);
      throw error;
    } finally {
      machine.state = 'made';
      this.#watchers.changed();
    }
  }

  async #connect(machine: Machine, signal: AbortSignal): Promise<void> {
    const { id } = machine.tag;
    if (this.#networks.isOpen(id)) return;
    machine.qemu = await findQemu(id);
    if (machine.qemu === null)
      throw new DriverError('qemu-not-found', `libvirt runs ${domainNameOf(id)}, but not on this computer`, {
        machine: id,
        isTransient: true,
      });
    await this.#networks.open(machine.tag, machine.qemu, signal);
    this.#bringers.start(machine.tag, machine.qemu);
  }

  async #destroy(id: MachineId, signal: AbortSignal): Promise<void> {
    // Nobody calls this while it is created (see the contract); if somebody does, the directory must be whole first.
    await this.#creating.ended(id);
    await this.#bringers.stop(id);
    await this.#domains.destroy(id, signal);
    await endQemu(id, signal);
    this.#networks.close(id);
    // One that stays is no machine that stays: it costs some kilobytes.
    await removeDomainLog(this.#parts.logs, domainNameOf(id)).catch(error =>
      this.#parts.log('warn', `what libvirt has logged of a machine stays: ${messageOf(error)}`, {
        machine: id,
      }),
    );
    try {
      await removeMachineDirectory(this.#parts.machines, id);
    } catch (cause) {
      throw directoryFailed(id, cause as NodeJS.ErrnoException);
    }
    this.#machines.delete(id);
    this.#watchers.changed();
  }

  /** One that is of no use is over, with a reason; what is left of it waits for `destroy`, as of any that has ended. */
  async #giveUp(id: MachineId, reason: string): Promise<void> {
    const machine = this.#machines.get(id);
    if (machine) machine.reason = reason;
    await this.#domains.destroy(id, this.#closing.signal);
    this.#watchers.changed();
  }

  async #describe(
    id: MachineId,
    { made, domains }: { made: ReadonlySet<MachineId>; domains: ReadonlyMap<MachineId, MachineTag> },
    signal: AbortSignal,
  ): Promise<DriverMachine> {
    const machine = this.#machines.get(id);
    const tag = machine?.tag ?? domains.get(id);
    if (!tag) throw new Error(`${id} is in neither list`);
    const facts = { id, owner: tag.owner, expiresAt: tag.expiresAt };
    if (machine && !made.has(id)) return { ...facts, state: 'creating' };
    if (!domains.has(id) || (await hasEnded(machine))) {
      if (tag.owner === this.#parts.owner) this.#networks.close(id);
      if (!domains.has(id) && (await findQemu(id)) !== null) throw otherLibvirt(id, this.#parts.uri);
      return { ...facts, state: 'dead', reason: await this.#endOf(id) };
    }
    if (machine && tag.owner === this.#parts.owner) await this.#keepConnected(machine, signal);
    return { ...facts, state: 'running' };
  }

  /** After a restart of this agent the network of a machine that goes on has to be made anew. */
  async #keepConnected(machine: Machine, signal: AbortSignal): Promise<void> {
    try {
      await this.#connect(machine, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#parts.log('error', `a machine is without its network: ${messageOf(error)}; it is tried again`, {
        machine: machine.tag.id,
      });
    }
  }

  async #endOf(id: MachineId): Promise<string> {
    const { reason } = this.#machines.get(id) ?? {};
    if (reason !== undefined) return reason;
    const console = await this.evidence(id).catch(() => null);
    const line = console && lastLineOf(plainConsole(console));
    return line === null
      ? 'the virtual machine has ended, and its console shows nothing'
      : `the virtual machine has ended; the last line of its console: ${line}`;
  }

  /** Events only hasten a look: those of a libvirtd that is not there are lost, so its return is a change by itself. */
  async #listen(signal: AbortSignal): Promise<number> {
    const bounded = AbortSignal.any([signal, this.#closing.signal]);
    await this.#virsh
      .follow(['event', '--loop', '--event', 'lifecycle'], bounded, () => this.#watchers.changed())
      .catch(error => {
        if (!bounded.aborted)
          this.#parts.log(
            'warn',
            `libvirt tells no events: ${messageOf(error)}; machines are looked at meanwhile`,
          );
      });
    this.#watchers.changed();
    return limits.virshEventsAgainMs;
  }

  /** libvirt takes a second and more to tell of a QEMU that was killed. */
  async #look(): Promise<number> {
    try {
      const ended = await Promise.all([...this.#machines.values()].map(hasEnded));
      if (ended.includes(true)) this.#watchers.changed();
    } catch (error) {
      this.#parts.log('error', `machines could not be looked at: ${messageOf(error)}; it is tried again`);
    }
    return limits.machineWatchMs;
  }

  async #boundConsoles(): Promise<number> {
    for (const { tag } of this.#machines.values())
      if (tag.owner === this.#parts.owner)
        await boundConsole(placesOf(this.#parts.machines, tag.id).console).catch(error =>
          this.#parts.log('error', `a console cannot be bounded: ${messageOf(error)}`, { machine: tag.id }),
        );
    return limits.consoleLookMs;
  }
}

/** Of a machine whose QEMU was seen: whether that process is there no more. */
async function hasEnded(machine: Machine | undefined): Promise<boolean> {
  if (!machine?.qemu) return false;
  return !(await isQemuOf(machine.qemu, machine.tag.id));
}

const otherLibvirt = (machine: MachineId, uri: string): DriverError =>
  new DriverError(
    'other-libvirt',
    `the libvirt at ${uri} knows nothing of a machine whose QEMU runs; was the host agent started with another one?`,
    { machine, isTransient: true },
  );
