/**
 * Machines that nobody waits for make room for one that somebody does: what is kept ready for one image must not keep the
 * jobs of another waiting for ever. Pure.
 */
import type { Instant, MachineId } from '#shared/ids.ts';
import type { PoolLimit } from '#shared/pool.ts';
import { demandOf, type Growth } from './growth.ts';
import { loadsOf } from './loads.ts';
import { obstacleOf } from './placement.ts';
import type { Lookup, PlannedHost, PlannedMachine, PlannedPool, Snapshot } from './snapshot.ts';

/** `machine` goes, because jobs of `image` wait. */
export type Yield = { machine: PlannedMachine; image: string; queued: number };

/** What a machine less on a host can change. */
const roomLimits: ReadonlySet<PoolLimit> = new Set(['host-full', 'resource', 'disk', 'memory', 'cpus']);

/** For every pool that jobs wait for and that has no room: the fewest idle machines of others whose going makes some. */
export function makeRoom(
  snapshot: Snapshot,
  lookup: Lookup,
  leaving: ReadonlySet<MachineId>,
  { shortfalls }: Pick<Growth, 'shortfalls'>,
  now: Instant,
): Yield[] {
  const gone = new Set(leaving);
  const yields: Yield[] = [];
  for (const { image, limit } of shortfalls) {
    const pool = lookup.pool(image);
    const { queued, available } = pool ? demandOf(snapshot, lookup, pool, gone) : { queued: 0, available: 0 };
    if (!pool || queued <= available || !roomLimits.has(limit.kind)) continue;
    for (const machine of leastOf(snapshot, lookup, pool, gone, now)) {
      gone.add(machine.id);
      yields.push({ machine, image, queued });
    }
  }
  return yields;
}

function leastOf(
  snapshot: Snapshot,
  lookup: Lookup,
  pool: PlannedPool,
  gone: ReadonlySet<MachineId>,
  now: Instant,
): PlannedMachine[] {
  const byHost = Map.groupBy(snapshot.machines, ({ hostId }) => hostId);
  const ways: PlannedMachine[][] = [];
  for (const host of snapshot.hosts) {
    const there = byHost.get(host.id) ?? [];
    // Room is on its way there already, and who gets it is decided when it has come.
    if (there.some(({ id, state }) => state.status === 'retiring' || gone.has(id))) {
      if (isRoomWithout(snapshot, pool, host, there, [], now)) return [];
      continue;
    }
    const way = wayOn(snapshot, lookup, pool, host, there, now);
    if (way) ways.push(way);
  }
  return ways.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

/** Which idle machines of the host have to go, those that idle the longest first; null: not even all of them are enough. */
function wayOn(
  snapshot: Snapshot,
  lookup: Lookup,
  pool: PlannedPool,
  host: PlannedHost,
  there: readonly PlannedMachine[],
  now: Instant,
): PlannedMachine[] | null {
  const idle = there
    .filter(machine => isIdle(snapshot, lookup, machine) && machine.image !== pool.image.name)
    .toSorted((a, b) => b.ageMs - a.ageMs);
  for (let count = 1; count <= idle.length; count += 1)
    if (isRoomWithout(snapshot, pool, host, there, idle.slice(0, count), now)) return idle.slice(0, count);
  return null;
}

/** Ready, nobody waits for it, and another one of its kind can be made any time. */
function isIdle({ queued }: Snapshot, lookup: Lookup, { image, state }: PlannedMachine): boolean {
  if (state.status !== 'ready' || (queued.get(image) ?? 0) > 0) return false;
  return lookup.pool(image)?.image.machine.reuse !== 'static';
}

/** Whether the host could have the machine without these, and without what is on its way out there. */
function isRoomWithout(
  snapshot: Snapshot,
  pool: PlannedPool,
  host: PlannedHost,
  there: readonly PlannedMachine[],
  without: readonly PlannedMachine[],
  now: Instant,
): boolean {
  const staying = there.filter(machine => machine.state.status !== 'retiring' && !without.includes(machine));
  return obstacleOf(snapshot, pool, host, loadsOf(staying), now) === null;
}
