/**
 * How many machines of each image there should be, where, and why. Pure: a snapshot in, actions with reasons out.
 * Invariants: a pool never exceeds `max`, a host never its memory, CPUs and free disk, and machines on their way out still count; a
 * draining or silent host and a paused pool get nothing new; a machine with an attempt is never taken for being surplus; what is
 * kept ready never keeps a job of another pool waiting; nobody's silence counts while we were away.
 */
import { labelText } from '#shared/host-traits.ts';
import type { Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { hasTimeForJob } from '#shared/machine.ts';
import { type Create, type Growth, growth } from './growth.ts';
import { makeRoom } from './make-room.ts';
import { missingLabels } from './needs.ts';
import { isConnected, type Lookup, lookUp, type PlannedMachine, type Snapshot } from './snapshot.ts';

type Cause =
  | 'boot-failed'
  | 'host-silent'
  | 'draining'
  | 'misplaced'
  | 'expired'
  | 'unconfigured'
  | 'paused'
  | 'outdated'
  | 'idle'
  | 'yielding';

export type Action =
  | Create
  | { type: 'retire'; machine: MachineId; cause: Cause; reason: string }
  /** Its host does not say what became of it and has vanished itself: it counts no longer. */
  | { type: 'give-up'; machine: MachineId; reason: string };

export type Plan = Pick<Growth, 'shortfalls' | 'loads'> & {
  /** Everything to do now. */
  actions: Action[];
  /** Machines that these actions take away. */
  leaving: ReadonlySet<MachineId>;
};

export function plan(snapshot: Snapshot, now: Instant): Plan {
  const lookup = lookUp(snapshot);
  const ends = snapshot.machines
    .map(machine => ending(snapshot, lookup, machine, now))
    .filter(end => end !== null);
  const ended = new Set(ends.map(({ machine }) => machine));
  const retirements = [...ends, ...surplus(snapshot, lookup, ended)];
  const leaving = new Set(retirements.map(({ machine }) => machine));
  const { creates, ...growing } = growth(snapshot, lookup, leaving, now);
  const yielding = makeRoom(snapshot, lookup, leaving, growing, now);
  const yields = yielding.map(({ machine, image, queued }) =>
    retire(machine, 'yielding', `makes room for ${image}, of which ${queued} queued`),
  );
  const all = new Set([...leaving, ...yields.map(({ machine }) => machine)]);
  return { actions: [...retirements, ...yields, ...creates], leaving: all, ...growing };
}

type End = Exclude<Action, Create>;

const retire = ({ id }: PlannedMachine, cause: Cause, reason: string): End => ({
  type: 'retire',
  machine: id,
  cause,
  reason,
});

const silence = `its host has not reported for ${limits.hostSilenceMs / 1_000} s`;

/** What must go whatever the demand. A machine with an attempt stays: its lease and its host's reports decide. */
function ending(
  { isAttentive }: Snapshot,
  lookup: Lookup,
  machine: PlannedMachine,
  now: Instant,
): End | null {
  const { state, ageMs } = machine;
  const host = lookup.host(machine.hostId);
  const isSilent = isAttentive && !(host && isConnected(host, now));
  if (state.status === 'retiring')
    return isSilent && ageMs > limits.retireDeadlineMs
      ? { type: 'give-up', machine: machine.id, reason: silence }
      : null;
  if (state.status === 'busy' || state.status === 'gone') return null;
  if (isSilent) return retire(machine, 'host-silent', silence);
  if (host?.isDraining) return retire(machine, 'draining', 'its host is being drained');
  const lacking = host ? missingLabels(machine.needs, host) : [];
  if (lacking.length > 0)
    return retire(machine, 'misplaced', `its host has not ${lacking.map(labelText).join(', ')} any more`);
  const hasBooted = state.status === 'ready' || ageMs <= bootingUntilMs(machine);
  if (!hasBooted && isAttentive) return retire(machine, 'boot-failed', notBooted(machine));
  if (!hasTimeForJob(machine.expiresAt, now))
    return retire(machine, 'expired', 'too old to take another job');
  const pool = lookup.pool(machine.image);
  if (!pool) return retire(machine, 'unconfigured', 'its image is not configured any more');
  if (pool.isPaused) return retire(machine, 'paused', 'its pool is paused');
  if (machine.isOutdated) return retire(machine, 'outdated', 'its image has another version by now');
  return null;
}

/** The age at which it should have reported in: fetching its image is not booting, but does not take for ever either. */
const bootingUntilMs = ({ bootDeadlineMs, fetchingMs }: PlannedMachine): number =>
  bootDeadlineMs + Math.min(fetchingMs, limits.imageFetchMs);

function notBooted({ bootDeadlineMs, fetchingMs }: PlannedMachine): string {
  const seconds = Math.round(Math.min(fetchingMs, limits.imageFetchMs) / 1_000);
  const fetching = seconds > 0 ? `, after ${seconds} s in which its host fetched files of the image` : '';
  return `did not report in within ${bootDeadlineMs / 1_000} s${fetching}`;
}

/** Ready machines beyond `warm` that nobody asked for in a while. */
function surplus({ pools, queued }: Snapshot, lookup: Lookup, ended: ReadonlySet<MachineId>): End[] {
  return pools.flatMap(({ pool, image }) => {
    if ((queued.get(image.name) ?? 0) > 0 || image.machine.reuse === 'static') return [];
    const idle = lookup
      .machinesOf(image.name)
      .filter(({ id, state }) => state.status === 'ready' && !ended.has(id))
      .sort((a, b) => b.ageMs - a.ageMs);
    return idle
      .slice(0, Math.max(0, idle.length - pool.warm))
      .filter(({ ageMs }) => ageMs > pool.idle)
      .map(machine => retire(machine, 'idle', `idle for more than ${pool.idle / 1_000} s`));
  });
}
