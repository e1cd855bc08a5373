import type { Driver, DriverMachine } from '#agent/host/drivers/driver.ts';
import type { HostId, MachineId } from '#shared/ids.ts';

/** A driver whose failures a test decides; what works, works as the contract says. */
export type ScriptedDriver = Driver & {
  machines: Map<MachineId, DriverMachine>;
  /** Every call in order, as `create <id>`. */
  calls: string[];
  /** Replaces what happens in a call; `create` makes the machine only after it. */
  onCreate: (id: MachineId, signal: AbortSignal) => Promise<void>;
  onDestroy: (id: MachineId, signal: AbortSignal) => Promise<void>;
  onList: () => Promise<void>;
  /** What a machine has written; null: it has no console. */
  consoles: Map<MachineId, string>;
  /** Something happened to a machine. */
  changed(): void;
};

export function scriptDriver(owner: HostId): ScriptedDriver {
  const watchers = new Set<() => void>();
  const driver: ScriptedDriver = {
    name: 'process',
    isolation: 'none',
    machines: new Map(),
    calls: [],
    onCreate: async () => undefined,
    onDestroy: async () => undefined,
    onList: async () => undefined,
    consoles: new Map(),
    changed: () => {
      for (const watcher of watchers) watcher();
    },
    create: async ({ id, expiresAt }, signal) => {
      driver.calls.push(`create ${id}`);
      await driver.onCreate(id, signal);
      driver.machines.set(id, { id, owner, expiresAt, state: 'running' });
    },
    destroy: async (id, signal) => {
      driver.calls.push(`destroy ${id}`);
      await driver.onDestroy(id, signal);
      driver.machines.delete(id);
      driver.consoles.delete(id);
    },
    list: async () => {
      await driver.onList();
      return [...driver.machines.values()];
    },
    watch: onChange => {
      watchers.add(onChange);
      return () => void watchers.delete(onChange);
    },
    evidence: async id => {
      const console = driver.consoles.get(id);
      return console === undefined ? null : new TextEncoder().encode(console);
    },
    close: async () => undefined,
  };
  return driver;
}

/** Ends only when its signal does, with the signal's reason: a hypervisor that hangs. */
export const hang = (_: MachineId, signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
