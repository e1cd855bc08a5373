/** Pools of the simulated fleet, as the planner takes them. */
import { imageManifest } from '#shared/image-manifest.ts';
import type { Scenario, SimulatedPool } from '#shared/scenario-file.ts';
import type { PlannedPool } from '../fleet/snapshot.ts';
import { hostNames } from './hosts.ts';

export const plannedPools = ({ pools, hosts }: Scenario): PlannedPool[] =>
  pools.map(pool => {
    const { image, warm, max, idle, hosts: groups } = pool;
    const named = hosts.filter(({ name }) => groups?.includes(name)).flatMap(hostNames);
    return {
      image: manifestOf(pool),
      pool: { image, warm, max, idle, ...(groups ? { hosts: named } : {}) },
      isPaused: false,
    };
  });

/** Nobody reads its disk. */
function manifestOf({ image: name, arch, driver, cpus, memory, labels, resources, deadline }: SimulatedPool) {
  const isVirtual = driver === 'libvirt';
  const size = isVirtual || driver === 'command' ? { cpus, memory: `${memory}MiB` } : {};
  return imageManifest.parse({
    name,
    arch,
    os: 'simulated',
    machine: { driver, ...size, labels, resources },
    boot: { deadline: `${deadline}ms` },
    ...(isVirtual ? { disk: { path: 'disk.qcow2', format: 'qcow2' } } : {}),
  });
}
