/** Machines of the simulated fleet: rows as the planner sees them, changed by the same state machine as real ones. */
import { isRejected } from '#shared/decision.ts';
import type { Instant, MachineId } from '#shared/ids.ts';
import { needsOf } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { MachineEffect, MachineEvent } from '#shared/machine.ts';
import { decideMachine } from '#shared/machine-machine.ts';
import type { Create } from '../fleet/growth.ts';
import type { PlannedMachine } from '../fleet/snapshot.ts';

export type SimulatedMachine = PlannedMachine & {
  readonly createdAt: Instant;
  /** When it came to the state that it is in. */
  since: Instant;
};

export type MachinesChanged = (
  machine: SimulatedMachine,
  from: SimulatedMachine['state']['status'],
  effects: readonly MachineEffect[],
) => void;

export type Machines = {
  /** All that are not gone, with their ages as of now. */
  live(now: Instant): SimulatedMachine[];
  find(id: MachineId): SimulatedMachine | undefined;
  request(create: Create, now: Instant): SimulatedMachine;
  /** False when the event changes nothing, as for a machine that is gone. */
  apply(machine: SimulatedMachine, event: MachineEvent): boolean;
};

export function createMachines(onChanged: MachinesChanged): Machines {
  const machines = new Map<MachineId, SimulatedMachine>();
  let made = 0;
  return {
    find: id => machines.get(id),
    /** The rows stay the same ones: to make thousands anew for each tick would be most of the work. */
    live(now) {
      const rows = [...machines.values()];
      for (const row of rows) row.ageMs = now - row.since;
      return rows;
    },
    request({ image, host }, now) {
      const { name, machine, boot } = image;
      const row: SimulatedMachine = {
        id: `${name}-${++made}` as MachineId,
        image: name,
        hostId: host,
        state: { status: 'requested', since: now, reuse: machine.reuse },
        ageMs: 0,
        expiresAt: now + limits.machineMaxAgeMs,
        memoryMiB: machine.memory,
        cpus: machine.cpus,
        diskMiB: machine.disk ?? limits.machineDiskMiB,
        needs: needsOf(image),
        driver: machine.driver,
        bootDeadlineMs: boot.deadline ?? limits.bootDeadlineMs,
        fetchingMs: 0,
        isOutdated: false,
        createdAt: now,
        since: now,
      };
      machines.set(row.id, row);
      return row;
    },
    apply(machine, event) {
      const decision = decideMachine(machine.state, event);
      if (isRejected(decision)) return false;
      const from = machine.state.status;
      machine.state = decision.state;
      machine.since = event.at;
      if (decision.state.status === 'gone') machines.delete(machine.id);
      onChanged(machine, from, decision.effects);
      return true;
    },
  };
}
