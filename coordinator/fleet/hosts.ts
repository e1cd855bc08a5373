/**
 * Hosts as an admin handles them. A host that is removed keeps its row, for the attempts that ran there; its key and those
 * of its machines are refused from then on, and only a new token lets it in again.
 */
import { changedTraits, type HostTraits, type HostTraitsChange, hostTraits } from '#shared/host-traits.ts';
import type { HostId, Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { RevokedPeer, Wake } from '../ground/wake.ts';
import { appendEvent } from '../store/events.ts';
import {
  deleteOpenJoinTokens,
  findRemovedHost,
  type Host,
  insertJoinToken,
  markHostRemoved,
  saveTraits,
  setDraining,
} from '../store/hosts.ts';
import { listMachinesOfHost, type Machine } from '../store/machines.ts';
import type { Tx } from '../store/store.ts';
import { applyToMachine } from './machines.ts';

type Invitation = { hash: string; hostName: string; expiresAt: Instant; traits: HostTraitsChange | null };

/** Notes a join token that was made for a host of this name. */
export async function inviteHost(tx: Tx, { hostName, ...token }: Invitation, at: Instant): Promise<void> {
  await insertJoinToken(tx, { hostName, ...token });
  await appendEvent(tx, { at, type: 'host.invited', data: { name: hostName, expiresAt: token.expiresAt } });
}

/** Takes back the join tokens of a host that has not come. @returns whether there was one. */
export async function uninviteHost(tx: Tx, name: string, at: Instant): Promise<boolean> {
  const tokens = await deleteOpenJoinTokens(tx, name);
  if (tokens > 0) await appendEvent(tx, { at, type: 'host.uninvited', data: { name, tokens } });
  return tokens > 0;
}

/** Labels and counted resources from now on; what runs there ends first. */
export async function setTraits(tx: Tx, host: Host, change: HostTraitsChange, at: Instant): Promise<Wake[]> {
  const traits = changedTraits(host.traits, change);
  await saveTraits(tx, host.id, traits);
  await appendEvent(tx, { at, type: 'host.set', host: host.id, data: { name: host.name, ...traits } });
  return [{ type: 'fleet' }, { type: 'scheduler' }];
}

/** Why the host would have too many of them; null: it would not. */
export function refusalOfTraits(before: HostTraits, change: HostTraitsChange): string | null {
  const problem = hostTraits.safeParse(changedTraits(before, change)).error?.issues[0];
  return problem ? `a host has ${problem.message}; take some away, such as --label NAME=` : null;
}

/** Draining: nothing new goes there, what is idle there goes, what runs there ends first. */
export async function drainHost(tx: Tx, host: Host, isDraining: boolean, at: Instant): Promise<Wake[]> {
  if (host.isDraining === isDraining) return [];
  await setDraining(tx, host.id, isDraining);
  const type = isDraining ? 'host.drained' : 'host.resumed';
  await appendEvent(tx, { at, type, host: host.id, data: { name: host.name } });
  return [{ type: 'fleet' }, { type: 'scheduler' }];
}

export type Removal = { refusal: string } | { wakes: Wake[]; revoked: RevokedPeer[] };

/**
 * Takes a host away. While it has machines only by force: then they count as gone at once, and whoever ran there is lost
 * and goes elsewhere, because nobody is left to say what becomes of them.
 */
export async function removeHost(tx: Tx, host: Host, isForced: boolean, at: Instant): Promise<Removal> {
  const machines = await listMachinesOfHost(tx, host.id);
  if (machines.length > 0 && !isForced)
    return {
      refusal: `${host.name} has ${machines.length} ${machines.length === 1 ? 'machine' : 'machines'}; drain it and wait, or force it: their jobs are then run elsewhere`,
    };
  await markHostRemoved(tx, host, at);
  await appendEvent(tx, { at, type: 'host.removed', host: host.id, data: { name: host.name, isForced } });
  const reason = `its host ${host.name} was removed`;
  const wakes: Wake[] = [{ type: 'fleet' }];
  for (const { id } of machines)
    wakes.push(
      ...(await applyToMachine(tx, id, { type: 'observed-gone', at, reason }, { isSeen: false })).wakes,
    );
  return { wakes, revoked: [peerOf(host, at), ...machines.flatMap(guestOf)] };
}

/** Its credential ends so late at the latest. */
const peerOf = ({ publicKey }: { publicKey: string }, at: Instant): RevokedPeer => ({
  publicKey,
  expiresAt: at + limits.hostCredentialMs,
});

const guestOf = ({ publicKey, expiresAt }: Machine): RevokedPeer[] =>
  publicKey === null ? [] : [{ publicKey, expiresAt }];

/** For one that still has the word on the bus: we were killed between its removal and the end of its credential. */
export async function revokeRemoved(tx: Tx, id: HostId, at: Instant): Promise<Wake[]> {
  const removed = await findRemovedHost(tx, { id });
  return removed ? [{ type: 'revoke', peers: [peerOf(removed, at)] }] : [];
}
