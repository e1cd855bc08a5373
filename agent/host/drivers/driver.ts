/**
 * THE CONTRACT of a driver: what turns a desired machine into a real one (a VM, a computer, a process) on this host.
 *
 * Order. The reconciler is the only caller of `prepare`, `create` and `destroy` and runs one of them per machine at a time; a
 *   `create` that is no longer wanted is aborted and has settled before `destroy` is called.
 * Concurrency. Calls for different machines run at the same time; `list`, `watch`, `evidence` and `screen` at any time.
 * Idempotence. `create` of a machine that runs is success and changes nothing. `destroy` of a machine that is dead,
 *   half made, or was never there is success. Repeating either after a crash of the host agent is normal.
 * Once. An id is created at most once: its ticket may be used up. `create` of an id whose machine is dead fails.
 * Ownership. Every machine carries, in a place that outlives the host agent, its id, its owner (a host id) and its
 *   expiry. A driver lists the machines of other owners too, and refuses to create over or destroy them.
 * Restarts. Machines outlive the host agent. A new driver finds them again by their tags and proves that each is the
 *   very one (never by a pid or a name alone); one whose creation was cut short is
 *   `dead`, unless what it had started is proven to run.
 * Deadlines. The caller's signal carries the deadline. An aborted call throws the signal's reason soon (about a second);
 *   what it had begun is left so that `destroy` clears it. A driver sets no deadlines of its own except the kill grace.
 * Errors. Operational trouble is a `DriverError`; `isTransient` means that trying again may help. The message is a
 *   sentence for the person who reads why a machine is gone.
 * Closing. The driver owns its watchers, timers and helper processes; `close` ends them and leaves machines running.
 */

import type { DesiredMachine, MachineArchitecture } from '#shared/host-messages.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import type { DriverName } from '#shared/image-manifest.ts';
import type { Isolation } from '#shared/machine.ts';

export type DriverMachine = {
  id: MachineId;
  /** `dead`: it will never run again, and what is left of it waits for `destroy`. `reason` says why, in a sentence. */
  state: 'creating' | 'running' | 'dead';
  owner: HostId;
  /** Epoch milliseconds; from then on it is reaped, whoever wants it. */
  expiresAt: number;
  reason?: string;
};

export type Driver = {
  readonly name: DriverName;
  /** What separates a suite from the host; `none` is said loudly, at start and in every report. */
  readonly isolation: Isolation;
  /** Of which processors its machines are; left out: of its host's. */
  readonly architectures?: readonly MachineArchitecture[];
  /**
   * Resolves when all that `create` needs from elsewhere is on this host. It makes nothing of the machine, has no deadline
   * but its own, and is called before every `create`. Left out: nothing is needed.
   */
  prepare?(machine: DesiredMachine, signal: AbortSignal): Promise<void>;
  /** Resolves when the machine runs (not: when its agent has reported in, which only the coordinator sees). */
  create(machine: DesiredMachine, signal: AbortSignal): Promise<void>;
  /** Resolves when nothing of the machine is left: no process, no file, no disk. */
  destroy(id: MachineId, signal: AbortSignal): Promise<void>;
  /** Everything tagged as a machine of Paddock, of every owner. Throws rather than answering with a part. */
  list(signal: AbortSignal): Promise<DriverMachine[]>;
  /** Calls back after every change, a death within about a second. The answer ends the watch. */
  watch(onChange: () => void): () => void;
  /** What the machine wrote on its console until now, bounded by `limits.consoleBytes`; null when there is none. */
  evidence(id: MachineId): Promise<Uint8Array | null>;
  /**
   * What the machine shows on its display now, as a PNG bounded by `limits.screenBytes`; null when it has none, or does not
   * run any more. Left out: its machines have no displays.
   */
  screen?(id: MachineId, signal: AbortSignal): Promise<Uint8Array | null>;
  close(): Promise<void>;
};
