import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EnrolParts, enrol } from '#coordinator/fleet/enrol.ts';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { insertJoinToken, listHosts, saveTraits } from '#coordinator/store/hosts.ts';
import type { Machine } from '#coordinator/store/machines.ts';
import { type HostTraitsChange, noTraits } from '#shared/host-traits.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { PROTOCOL_VERSION } from '#shared/messages.ts';
import { type Lab, openLab, us } from '../support/brain-lab.ts';
import { addHost, addMachine, machineNow } from '../support/rows.ts';

let lab: Lab;
let parts: EnrolParts;
let revoked: string[];
const ticketOf = (id: MachineId) => `ticket of ${id}`;
const [ours, theirs] = ['UOURS', 'UTHEIRS'];

beforeEach(async () => {
  lab = await openLab();
  revoked = [];
  parts = {
    store: lab.store,
    coordinator: us,
    natsUrl: 'nats://127.0.0.1:4222',
    machineOfTicket: ticket => (/^ticket of (.*)$/.exec(ticket)?.[1] ?? null) as MachineId | null,
    hashJoinToken: token => `hash of ${token}`,
    revoke: async peers => void revoked.push(...peers.map(({ publicKey }) => publicKey)),
    mint: ({ id, publicKey, expiresAt }) => `${id} by ${publicKey} until ${expiresAt}`,
    now: lab.now,
  };
});
afterEach(() => lab.close());

const show = (token: string, publicKey: string) => enrol(parts, { v: PROTOCOL_VERSION, token, publicKey });
const refusedAs = (code: string) => ({ name: 'EnrolmentRefused', code });

describe('a boot ticket', () => {
  let machine: Machine;
  beforeEach(async () => {
    machine = await addMachine(lab, await addHost(lab), { status: 'requested' });
  });

  test('gives the machine a credential for as long as it may live', async () => {
    expect(await show(ticketOf(machine.id), ours)).toEqual({
      id: machine.id,
      jwt: `${machine.id} by ${ours} until ${machine.expiresAt}`,
      expiresAt: machine.expiresAt,
      natsUrl: 'nats://127.0.0.1:4222',
      coordinator: us,
    });
    expect(await machineNow(lab, machine.id)).toMatchObject({ publicKey: ours });
  });

  test('binds to the first key that shows it: the same may ask again, no other', async () => {
    const first = await show(ticketOf(machine.id), ours);
    await expect(show(ticketOf(machine.id), theirs)).rejects.toMatchObject(refusedAs('bound'));
    lab.pass(3_600_000);
    expect(await show(ticketOf(machine.id), ours)).toEqual(first);
  });

  test('binds to one key also when two show it at the same time', async () => {
    const [one, other] = await Promise.allSettled([
      show(ticketOf(machine.id), ours),
      show(ticketOf(machine.id), theirs),
    ]);
    expect([one.status, other.status]).toEqual(['fulfilled', 'rejected']);
  });

  test('is over with its machine', async () => {
    const retire = { type: 'retire-requested', at: lab.clock.now, reason: 'idle' } as const;
    await show(ticketOf(machine.id), ours);
    await lab.store.write(tx => applyToMachine(tx, machine.id, retire));
    await expect(show(ticketOf(machine.id), ours)).rejects.toMatchObject(refusedAs('machine-over'));
  });

  test('is over at the age at which its machine is destroyed', async () => {
    lab.clock.now = machine.expiresAt;
    await expect(show(ticketOf(machine.id), ours)).rejects.toMatchObject(refusedAs('expired'));
  });

  test('of a machine that never was is refused', async () => {
    const stranger = `machine_${'0'.repeat(25)}7` as MachineId;
    await expect(show(ticketOf(stranger), ours)).rejects.toMatchObject(refusedAs('machine-over'));
  });
});

describe('a join token', () => {
  const issue = (token: string, hostName: string, traits: HostTraitsChange | null = null) =>
    lab.store.write(tx =>
      insertJoinToken(tx, {
        hash: `hash of ${token}`,
        hostName,
        traits,
        expiresAt: lab.clock.now + limits.joinTokenMs,
      }),
    );
  beforeEach(() => issue('join', 'shed'));

  test('makes a host of its name, with a credential', async () => {
    const answer = await show('join', ours);
    const [host, ...more] = await listHosts(lab.store.read);
    expect(host).toMatchObject({ id: answer.id, name: 'shed', publicKey: ours, capacity: null });
    expect(more).toEqual([]);
    expect(answer.expiresAt).toBe(lab.clock.now + limits.hostCredentialMs);
  });

  test('is used up by the first key; the same host may renew with it, also when it has expired', async () => {
    const { id } = await show('join', ours);
    await expect(show('join', theirs)).rejects.toMatchObject(refusedAs('bound'));
    lab.clock.now += 20 * 24 * 3_600_000;
    expect(await show('join', ours)).toMatchObject({
      id,
      expiresAt: lab.clock.now + limits.hostCredentialMs,
    });
  });

  const berlin = { labels: { site: 'berlin' }, resources: { gpu: 2 } };
  const traitsNow = async () =>
    (await listHosts(lab.store.read)).map(({ name, traits }) => ({ name, ...traits }));

  test('brings what an admin said of its host, once; what was set since then stays', async () => {
    await issue('labelled', 'attic', berlin);
    await show('labelled', ours);
    expect(await traitsNow()).toEqual([{ name: 'attic', ...berlin }]);
    const [host] = await listHosts(lab.store.read);
    if (!host) throw new Error('it was not let in');
    await lab.store.write(tx => saveTraits(tx, host.id, noTraits));
    await show('labelled', ours);
    expect(await traitsNow()).toEqual([{ name: 'attic', ...noTraits }]);
  });

  test('of another host gives its labels to nobody else', async () => {
    await show('join', ours);
    await issue('labelled', 'attic', berlin);
    await show('labelled', ours);
    expect(await traitsNow()).toEqual([{ name: 'shed', ...noTraits }]);
  });

  test('without a word of them leaves them as they are', async () => {
    await issue('labelled', 'attic', berlin);
    await show('labelled', ours);
    await issue('anew', 'attic');
    await show('anew', theirs);
    expect(await traitsNow()).toEqual([{ name: 'attic', ...berlin }]);
  });

  test('that nobody has used expires', async () => {
    lab.clock.now += limits.joinTokenMs;
    await expect(show('join', ours)).rejects.toMatchObject(refusedAs('expired'));
    expect(await listHosts(lab.store.read)).toEqual([]);
  });

  test('that nobody has made is refused, with what to do', async () => {
    const refusal = {
      ...refusedAs('unknown-token'),
      message: expect.stringContaining('a new one at every start'),
    };
    await expect(show('guessed', ours)).rejects.toMatchObject(refusal);
  });

  test('lets a computer that was set up anew in under its old name', async () => {
    const { id } = await show('join', ours);
    await issue('again', 'shed');
    expect(await show('again', theirs)).toMatchObject({ id });
    expect(await listHosts(lab.store.read)).toMatchObject([{ id, publicKey: theirs }]);
    expect(revoked).toEqual([ours]);
    // The computer that was there before does not take its place back.
    await expect(show('join', ours)).rejects.toMatchObject({
      ...refusedAs('bound'),
      message: expect.stringContaining('another computer has taken the place of shed'),
    });
  });

  test('is used up also by a host that was in already: nobody else may show it', async () => {
    const { id } = await show('join', ours);
    await issue('again', 'attic');
    expect(await show('again', ours)).toMatchObject({ id });
    await expect(show('again', theirs)).rejects.toMatchObject(refusedAs('bound'));
    expect((await listHosts(lab.store.read)).map(({ name }) => name)).toEqual(['shed']);
  });

  test('makes one host also when two keys show it at the same time', async () => {
    const ends = await Promise.allSettled([show('join', ours), show('join', theirs)]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const ids: HostId[] = (await listHosts(lab.store.read)).map(({ id }) => id);
    expect(ids).toHaveLength(1);
  });
});
