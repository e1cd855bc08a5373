/** What a host observes, against the rows of its machines. */

import type { HostDesired, HostReport } from '#shared/host-messages.ts';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { isStarting } from '#shared/machine.ts';
import type { Wake } from '../ground/wake.ts';
import { appendEvent } from '../store/events.ts';
import { findHost, saveHostReport } from '../store/hosts.ts';
import { listMachinesOfHost, type Machine } from '../store/machines.ts';
import type { Tx } from '../store/store.ts';
import { findDiagnosis } from './boot-evidence.ts';
import type { BootFailures } from './boot-failures.ts';
import { revokeRemoved } from './hosts.ts';
import { applyToMachine } from './machines.ts';

/** `desired` is what the host should have had when the report arrived. */
export type ReportFacts = { report: HostReport; desired: HostDesired; at: Instant };

export async function recordReport(tx: Tx, facts: ReportFacts, failures: BootFailures): Promise<Wake[]> {
  const { report, at } = facts;
  const host = await findHost(tx, report.host);
  if (!host) return revokeRemoved(tx, report.host, at);
  await saveHostReport(tx, host.id, report, at);
  const isNews = host.capacity === null || at - host.lastSeenAt > limits.hostSilenceMs;
  if (isNews) await appendEvent(tx, { at, type: 'host.connected', host: host.id, data: { name: host.name } });
  const wakes: Wake[] = isNews ? [{ type: 'fleet' }, { type: 'scheduler' }] : [];
  if (!isNews && hereOf(host.capacity) !== hereOf(report.capacity)) wakes.push({ type: 'fleet' });
  for (const machine of await listMachinesOfHost(tx, host.id))
    wakes.push(...(await compare(tx, machine, facts, failures)));
  return wakes;
}

/** Which files of images there are; in the order in which they were named, which is the same for a while. */
const hereOf = (capacity: HostReport['capacity'] | null): string | undefined =>
  capacity?.imageFiles?.here.join();

/** One machine row against what its host observes. */
async function compare(
  tx: Tx,
  machine: Machine,
  facts: ReportFacts,
  failures: BootFailures,
): Promise<Wake[]> {
  const { report, at } = facts;
  const { id, image, hostId, createdAt, state } = machine;
  const observed = report.machines.find(other => other.id === id);
  if (observed ? observed.state === 'gone' : isMissed(machine, facts)) {
    const reason = observed?.reason || 'its host no longer has it';
    // Its console has come before the report that says it is gone, unless that was lost.
    const failure = isStarting(state) ? { hasFailed: true as const } : {};
    if (failure.hasFailed) failures.failed(machine, (await findDiagnosis(tx, id)) ?? reason, at);
    return (await applyToMachine(tx, id, { type: 'observed-gone', at, reason, ...failure })).wakes;
  }
  if (observed?.state === 'running' && state.status === 'requested')
    return (await applyToMachine(tx, id, { type: 'created', at })).wakes;
  if (state.status === 'ready' || state.status === 'busy') failures.succeeded(image, hostId, createdAt);
  return [];
}

/**
 * Absence says something only when the host has acted on the newest set and this machine's fate was told by it: one that
 * was requested since then is not known there yet.
 */
function isMissed({ id, state }: Machine, { report: { acted }, desired }: ReportFacts): boolean {
  const isCurrent = acted.epoch === desired.epoch && acted.generation === desired.generation;
  return isCurrent && (state.status === 'retiring' || desired.machines.some(machine => machine.id === id));
}
