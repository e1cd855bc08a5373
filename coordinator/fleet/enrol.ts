/**
 * Enrolment: a one-time secret and a public key for a credential. A ticket or token binds to the first key shown; the
 * same pair may ask again until it expires, so that a lost answer does not brick a machine.
 */
import type { CoordinatorId, HostId, Instant, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { EnrolAnswer, EnrolRequest } from '#shared/messages.ts';
import type { RevokedPeer } from '../ground/wake.ts';
import { appendEvent } from '../store/events.ts';
import {
  enrolHost,
  findHostByKey,
  findHostByName,
  findJoinToken,
  findRemovedHost,
  type JoinToken,
  type RemovedHost,
  useJoinToken,
} from '../store/hosts.ts';
import { bindMachineKey, findMachine } from '../store/machines.ts';
import type { Store, Tx } from '../store/store.ts';
import { EnrolmentRefused } from './errors.ts';
import { setTraits } from './hosts.ts';

export type EnrolParts = {
  store: Store;
  coordinator: CoordinatorId;
  natsUrl: string;
  /** The machine a boot ticket belongs to, null when it is not one of ours. */
  machineOfTicket(ticket: string): MachineId | null;
  hashJoinToken(token: string): string;
  /** Ends the credentials of these keys. */
  revoke(peers: RevokedPeer[]): Promise<void>;
  mint(peer: { id: MachineId | HostId; publicKey: string; expiresAt: Instant }): string;
  now: () => Instant;
};

/** @throws EnrolmentRefused */
export async function enrol(parts: EnrolParts, request: EnrolRequest): Promise<EnrolAnswer> {
  const machine = parts.machineOfTicket(request.token);
  const peer = machine
    ? await parts.store.write(tx => enrolMachine(parts, tx, machine, request.publicKey))
    : await parts.store.write(tx => enrolByToken(parts, tx, request));
  if (peer.replaced) await parts.revoke([peer.replaced]);
  const { natsUrl, coordinator } = parts;
  return {
    id: peer.id,
    jwt: parts.mint({ id: peer.id, expiresAt: peer.expiresAt, publicKey: request.publicKey }),
    expiresAt: peer.expiresAt,
    natsUrl,
    coordinator,
  };
}

type Peer = {
  id: MachineId | HostId;
  expiresAt: Instant;
  /** Of a computer whose place it takes. */
  replaced?: RevokedPeer;
};

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

async function enrolByToken(parts: EnrolParts, tx: Tx, { token, publicKey }: EnrolRequest): Promise<Peer> {
  const at = parts.now();
  const known = await findHostByKey(tx, publicKey);
  const removed = known ? null : await findRemovedHost(tx, { publicKey });
  const joinToken = await findJoinToken(tx, parts.hashJoinToken(token));
  if (!joinToken) throw removed ? hasBeenRemoved(removed) : unknownToken();
  const refusal = refusalOf(joinToken, { publicKey, isKnown: known !== null, removed }, at);
  if (refusal) throw refusal;
  const before = known ? null : await findHostByName(tx, joinToken.hostName);
  const host = known ?? (await enrolHost(tx, joinToken, publicKey, at));
  // Also a host that was let in before uses the token up: nobody else may show it afterwards.
  if (!host || !(await useJoinToken(tx, joinToken.hash, publicKey))) throw usedByAnother();
  const isItsOwn = joinToken.usedBy === null && host.name === joinToken.hostName;
  if (isItsOwn && joinToken.traits) await setTraits(tx, host, joinToken.traits, at);
  if (!known) await appendEvent(tx, { at, type: 'host.enrolled', host: host.id, data: { name: host.name } });
  const expiresAt = at + limits.hostCredentialMs;
  return {
    id: host.id,
    expiresAt,
    ...(before ? { replaced: { publicKey: before.publicKey, expiresAt } } : {}),
  };
}

type Applicant = { publicKey: string; isKnown: boolean; removed: RemovedHost | null };

/** Why a token does not let its bearer in. A used one is for the host that it made, as long as that is there. */
function refusalOf(
  { usedBy, expiresAt, hostName }: JoinToken,
  { publicKey, isKnown, removed }: Applicant,
  at: Instant,
): EnrolmentRefused | null {
  if (usedBy === null)
    return expiresAt > at
      ? null
      : new EnrolmentRefused('expired', 'this token has expired; ask for a new one');
  if (removed) return hasBeenRemoved(removed);
  if (usedBy !== publicKey) return usedByAnother();
  if (isKnown) return null;
  return new EnrolmentRefused(
    'bound',
    `another computer has taken the place of ${hostName}; ask for a new token, under another name`,
  );
}

const usedByAnother = () =>
  new EnrolmentRefused('bound', 'this token has been used by another host; ask for a new one');

const unknownToken = () =>
  new EnrolmentRefused(
    'unknown-token',
    'this token is unknown here; a coordinator gives its own host a new one at every start',
  );

const hasBeenRemoved = ({ name }: RemovedHost) =>
  new EnrolmentRefused(
    'host-removed',
    `the host ${name} was removed; paddock host add ${name} at the coordinator makes a new token, which lets it in again`,
  );
