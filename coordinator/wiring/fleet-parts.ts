/** The whole fleet at one look, and what was decided of it. */
import type { DecisionView, FleetView, HostInFleet, MachineOnHost } from '#shared/fleet-api.ts';
import { reasonOf } from '#shared/fleet-words.ts';
import type { HostId } from '#shared/ids.ts';
import { sizeOf, takesRoom } from '../fleet/loads.ts';
import type { PeopleParts } from '../http/parts.ts';
import { type Decision, listDecisions } from '../store/events.ts';
import { type Host, listHosts } from '../store/hosts.ts';
import { countWaiting } from '../store/jobs.ts';
import { listLiveMachines, type Machine } from '../store/machines.ts';
import { countByStatus, type HostOptions, hostScene, viewHost } from './host-parts.ts';

type FleetOptions = Pick<HostOptions, 'catalog' | 'store' | 'brain' | 'now'>;

export function createFleetParts(
  options: FleetOptions,
  pools: PeopleParts['pools'],
): Pick<PeopleParts, 'fleet' | 'decisions'> {
  const { read } = options.store;
  return {
    async fleet() {
      const machines = await listLiveMachines(read);
      const scene = await hostScene(options);
      const onHost = Map.groupBy(machines, ({ hostId }) => hostId);
      const hosts = (await listHosts(read)).map(host => {
        const own = onHost.get(host.id) ?? [];
        return { ...viewHost(host, own, scene), machineList: own.map(viewMachine) };
      });
      const waiting = await countWaiting(read);
      const counts = countByStatus(machines);
      return {
        queue: {
          count: waiting.reduce((sum, { count }) => sum + count, 0),
          oldestAt: waiting.length === 0 ? null : Math.min(...waiting.map(({ since }) => since)),
        },
        machines: counts,
        warm: counts.ready ?? 0,
        room: roomOf(hosts),
        hosts,
        pools: await pools(),
      };
    },
    async decisions({ max, before = null }) {
      const hosts = new Map((await listHosts(read)).map(({ id, name }) => [id, name]));
      const { items, next } = await listDecisions(read, { before, max });
      return {
        items: items.map(item => viewDecision(item, hosts)),
        next: next === null ? null : String(next),
      };
    },
  };
}

function viewMachine({ id, image, state, manifest }: Machine): MachineOnHost {
  const isGuest = takesRoom(manifest.machine.driver);
  const { cpus, memoryMiB, diskMiB } = sizeOf(manifest);
  return {
    ...{ id, image, status: state.status, since: state.status === 'gone' ? state.at : state.since },
    cpus: isGuest ? cpus : 0,
    memoryMiB: isGuest ? memoryMiB : 0,
    diskMiB: isGuest ? diskMiB : 0,
  };
}

function roomOf(hosts: readonly HostInFleet[]): FleetView['room'] {
  const rooms = hosts.flatMap(({ isConnected, room }) => (isConnected && room ? [room] : []));
  const sum = (of: 'cpus' | 'memoryMiB') => ({
    total: rooms.reduce((total, room) => total + room[of].total, 0),
    free: rooms.reduce((free, room) => free + room[of].free, 0),
  });
  return { cpus: sum('cpus'), memoryMiB: sum('memoryMiB') };
}

function viewDecision(
  { seq, at, type, image, host, machine, data }: Decision,
  hosts: ReadonlyMap<HostId, Host['name']>,
): DecisionView {
  const { name, ...facts } = data ?? {};
  const named = typeof name === 'string' ? name : null;
  return {
    ...{ seq, at, type, image: image ?? null, machine: machine ?? null },
    host: host === undefined ? named : (hosts.get(host) ?? named ?? host),
    reason: reasonOf({ data: facts }),
  };
}
