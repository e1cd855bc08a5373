/** What of a machine's change is counted: what its driver did, as its host tells of it. Pure. */
import type { HostId, Instant, MachineId } from '#shared/ids.ts';
import { hasFailedToStart, isStarting, type MachineState } from '#shared/machine.ts';
import type { Counted } from './counted.ts';

type Facts = {
  state: MachineState;
  image: string;
  manifest: { machine: { driver: string } };
  createdAt: Instant;
  id: MachineId;
  hostId: HostId;
};

/** `isSeen`: its host has said so; else nobody knows what became of it. */
export function countedOf(
  { id, hostId, state: before, image, manifest, createdAt }: Facts,
  { state: after }: Pick<Facts, 'state'>,
  at: Instant,
  isSeen: boolean,
): Counted[] {
  if (before.status === after.status) return [];
  const { driver } = manifest.machine;
  const ids = { image, machine: id, host: hostId };
  const counted: Counted[] = [];
  const isUp = after.status === 'ready';
  // A quick guest may report in before its host tells that it has made the machine.
  if (before.status === 'requested' && (after.status === 'booting' || isUp))
    counted.push({ what: 'driver-time', driver, operation: 'start', ms: at - createdAt });
  if (isStarting(before) && isUp)
    counted.push(
      { what: 'driver', driver, operation: 'start', outcome: 'done', ids },
      { what: 'boot', image, ms: at - createdAt },
    );
  if (isStarting(before) && hasFailedToStart(after))
    counted.push({ what: 'driver', driver, operation: 'start', outcome: 'failed', ids });
  if (after.status !== 'gone' || isStarting(before)) return counted;
  const outcome = !isSeen ? 'failed' : before.status === 'retiring' ? 'done' : 'lost';
  counted.push({ what: 'driver', driver, operation: 'stop', outcome, ids });
  if (outcome === 'done' && before.status === 'retiring')
    counted.push({ what: 'driver-time', driver, operation: 'stop', ms: at - before.since });
  return counted;
}
