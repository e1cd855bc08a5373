/**
 * Enrolment: a one-time secret and a public key for a credential. A ticket or token binds to the first key shown; the
 * same pair may ask again until it expires, so that a lost answer does not brick a machine.
 */
import type { CoordinatorId, HostId, Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { EnrolAnswer, EnrolRequest } from '#shared/messages.ts';
import { appendEvent } from '../store/events.ts';
import { enrolHost, findHostByKey, findJoinToken, findRemovedHost, useJoinToken } from '../store/hosts.ts';
import { bindMachineKey, findMachine } from '../store/machines.ts';
import type { Store, Tx } from '../store/store.ts';
import { EnrolmentRefused } from './errors.ts';

export type EnrolParts = {
  store: Store;
  coordinator: CoordinatorId;
  natsUrl: string;
  /** The machine a boot ticket belongs to, null when it is not one of ours. */
  machineOfTicket(ticket: string): MachineId | null;
  hashJoinToken(token: string): string;
  mint(peer: { id: MachineId | HostId; publicKey: string; expiresAt: Instant }): string;
  now: () => Instant;
};

/** @throws EnrolmentRefused */
export async function enrol(parts: EnrolParts, request: EnrolRequest): Promise<EnrolAnswer> {
  const machine = parts.machineOfTicket(request.token);
  const peer = machine
    ? await parts.store.write(tx => enrolMachine(parts, tx, machine, request.publicKey))
    : await parts.store.write(tx => enrolByToken(parts, tx, request));
  const { natsUrl, coordinator } = parts;
  return {
    id: peer.id,
    jwt: parts.mint({ ...peer, publicKey: request.publicKey }),
    expiresAt: peer.expiresAt,
    natsUrl,
    coordinator,
  };
}

type Peer = { id: MachineId | HostId; expiresAt: Instant };

async function enrolMachine({ now }: EnrolParts, tx: Tx, id: MachineId, publicKey: string): Promise<Peer> {
  const machine = await findMachine(tx, id);
  if (!machine || machine.state.status === 'gone' || machine.state.status === 'retiring')
    throw new EnrolmentRefused('machine-over', `machine ${id} is not wanted any more`);
  if (machine.expiresAt <= now())
    throw new EnrolmentRefused('expired', `machine ${id} has reached its maximum age`);
  if (!(await bindMachineKey(tx, id, publicKey)))
    throw new EnrolmentRefused('bound', `the ticket of machine ${id} is bound to another key`);
  if (machine.publicKey === null)
    await appendEvent(tx, { at: now(), type: 'machine.enrolled', machine: id, host: machine.hostId });
  return { id, expiresAt: machine.expiresAt };
}

const usedByAnother = () =>
  new EnrolmentRefused('bound', 'this token has been used by another host; ask for a new one');

async function enrolByToken(parts: EnrolParts, tx: Tx, { token, publicKey }: EnrolRequest): Promise<Peer> {
  const at = parts.now();
  const known = await findHostByKey(tx, publicKey);
  const joinToken = await findJoinToken(tx, parts.hashJoinToken(token));
  const removed = known || joinToken?.usedBy === null ? null : await findRemovedHost(tx, { publicKey });
  if (removed)
    throw new EnrolmentRefused(
      'host-removed',
      `the host ${removed.name} was removed; paddock host add ${removed.name} at the coordinator makes a new token, which lets it in again`,
    );
  if (!joinToken)
    throw new EnrolmentRefused(
      'unknown-token',
      'this token is unknown here; a coordinator gives its own host a new one at every start',
    );
  if (joinToken.usedBy !== null && joinToken.usedBy !== publicKey) throw usedByAnother();
  if (joinToken.usedBy === null && joinToken.expiresAt <= at)
    throw new EnrolmentRefused('expired', 'this token has expired; ask for a new one');
  const host = known ?? (await enrolHost(tx, joinToken, publicKey, at));
  // Also a host that was let in before uses the token up: nobody else may show it afterwards.
  if (!host || !(await useJoinToken(tx, joinToken.hash, publicKey))) throw usedByAnother();
  if (!known) await appendEvent(tx, { at, type: 'host.enrolled', host: host.id, data: { name: host.name } });
  return { id: host.id, expiresAt: at + limits.hostCredentialMs };
}
