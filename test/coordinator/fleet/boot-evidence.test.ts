/** Consoles of machines that never reported in, as hosts send them. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { findEvidence } from '#coordinator/store/boot-evidence.ts';
import { findScreen } from '#coordinator/store/boot-screens.ts';
import { listEventsOfMachine } from '#coordinator/store/events.ts';
import type { Machine } from '#coordinator/store/machines.ts';
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { PROTOCOL_VERSION } from '#shared/messages.ts';
import { host as hostId, machine as machineId } from '#test/contract/sample-ids.ts';
import type { Lab } from '../support/brain-lab.ts';
import { addHost, addMachine } from '../support/rows.ts';
import { smallPng } from '../support/small-png.ts';
import { openScene, type Scene } from './reporting-host.ts';

let scene: Scene;
let lab: Lab;
beforeEach(async () => {
  scene = await openScene();
  ({ lab } = scene);
});
afterEach(() => lab.close());

const panic = '[    1.4] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)';
const diagnosis = /^the system does not find its disk \(Kernel panic - not syncing: VFS.*; check root=/;

const send = (machine: MachineId, console: string, host = scene.host.id, sender: string = host) =>
  lab.fleet.onEvidence(sender, { v: PROTOCOL_VERSION, host, machine, console });
const sendScreen = (machine: MachineId, screen: string) =>
  lab.fleet.onEvidence(scene.host.id, {
    ...{ v: PROTOCOL_VERSION, host: scene.host.id, machine, console: '', screen },
  });
const kept = ({ id }: Machine) => findEvidence(lab.store.read, id);
const diagnoses = async ({ id }: Machine) =>
  (await listEventsOfMachine(lab.store.read, id, 99)).filter(({ type }) => type === 'machine.diagnosed');
const failsToBoot = async () => {
  const { machine } = await scene.requestMachine();
  for (let ms = 0; ms <= limits.bootDeadlineMs; ms += limits.hostReportMs) {
    await scene.report(null, { [machine.id]: 'creating' });
    lab.pass(limits.hostReportMs);
  }
  await lab.fleet.tick();
  return machine;
};

test('a machine that missed its deadline is asked for its console until it is gone', async () => {
  const { machine, desired } = await scene.requestMachine();
  expect(desired.evidenceOf).toEqual([machine.id]);
  const retire = {
    type: 'retire-requested',
    at: lab.clock.now,
    reason: 'too late',
    hasFailed: true,
  } as const;
  await lab.store.write(tx => applyToMachine(tx, machine.id, retire));
  const retiring = await lab.fleet.desiredFor(scene.host.id);
  expect(retiring).toMatchObject({ machines: [], evidenceOf: [machine.id] });
  const gone = await scene.report(retiring, { [machine.id]: 'gone' });
  expect(gone.evidenceOf).toEqual([]);
});

test('a machine that has reported in is not asked for it', async () => {
  await addMachine(lab, scene.host);
  expect(await lab.fleet.desiredFor(scene.host.id)).toMatchObject({
    machines: [{}],
    evidenceOf: [],
  });
});

test('nor is one that was given up while it started, because its host is drained or its pool paused', async () => {
  const { machine } = await scene.requestMachine();
  const retire = { type: 'retire-requested', at: lab.clock.now, reason: 'its pool is paused' } as const;
  await lab.store.write(tx => applyToMachine(tx, machine.id, retire));
  expect((await lab.fleet.desiredFor(scene.host.id)).evidenceOf).toEqual([]);
  expect(await send(machine.id, panic)).toEqual({ answer: 'unwanted' });
});

test('a console is kept once, with what it tells, and explains the back-off', async () => {
  const machine = await failsToBoot();
  expect(lab.fleet.backoffOf('linux', scene.host.id)?.message).toBe('did not report in within 120 s');
  expect(await send(machine.id, panic)).toEqual({ answer: 'stored' });
  expect(await send(machine.id, 'something else')).toEqual({ answer: 'stored' });
  expect(await kept(machine)).toMatchObject({ console: panic, receivedAt: lab.clock.now });
  expect(await diagnoses(machine)).toEqual([
    {
      at: lab.clock.now,
      type: 'machine.diagnosed',
      machine: machine.id,
      host: scene.host.id,
      image: 'linux',
      data: { reason: expect.stringMatching(diagnosis), trouble: 'no-root', excerpt: panic },
    },
  ]);
  expect(lab.fleet.backoffOf('linux', scene.host.id)?.message).toMatch(diagnosis);
});

test('one that comes before its machine is reported gone explains the failure as well', async () => {
  const { machine, desired } = await scene.requestMachine();
  expect(await send(machine.id, panic)).toEqual({ answer: 'stored' });
  await scene.report(desired, { [machine.id]: ['gone', 'the virtual machine has ended'] });
  expect(await scene.stateOf(machine)).toMatchObject({ reason: 'the virtual machine has ended' });
  expect(lab.fleet.backoffOf('linux', scene.host.id)?.message).toMatch(diagnosis);
});

test('one that comes late, and one that shows nothing, are kept as well', async () => {
  const { machine, desired } = await scene.requestMachine();
  await scene.report(desired, { [machine.id]: 'gone' });
  expect(await send(machine.id, '')).toEqual({ answer: 'stored' });
  expect((await diagnoses(machine))[0]?.data?.reason).toMatch(/^its console shows nothing at all; check/);
});

test('a picture of its display is kept with it, and is what there is to look at', async () => {
  const machine = await failsToBoot();
  const png = Buffer.from(smallPng, 'base64');
  expect(await sendScreen(machine.id, smallPng)).toEqual({ answer: 'stored' });
  expect(await findScreen(lab.store.read, machine.id)).toEqual(new Uint8Array(png));
  expect((await diagnoses(machine))[0]?.data?.reason).toMatch(/what was on its display was kept/);
});

test('what is sent as a picture and is none is not kept, and the console is', async () => {
  const machine = await failsToBoot();
  expect(await sendScreen(machine.id, 'A'.repeat(2 * limits.screenBytes))).toBe(null);
  const html = Buffer.from('<script>alert(1)</script>').toString('base64');
  expect(await sendScreen(machine.id, html)).toEqual({ answer: 'stored' });
  expect(await findScreen(lab.store.read, machine.id)).toBe(null);
  expect(await kept(machine)).toMatchObject({ console: '' });
});

test('what a host sends is made plain and well-formed before it is kept', async () => {
  const { machine } = await scene.requestMachine();
  await send(machine.id, 'a\u0000b\u001b[2J \ud800 \u202eend');
  expect((await kept(machine))?.console).toBe('ab \ufffd end');
});

test('a host says nothing of machines of others, of none, or of one that has reported in', async () => {
  const { machine } = await scene.requestMachine();
  const attic = await addHost(lab, 'attic');
  const up = await addMachine(lab, scene.host);
  expect(await send(machine.id, panic, attic.id)).toEqual({ answer: 'unwanted' });
  expect(await send(up.id, panic)).toEqual({ answer: 'unwanted' });
  expect(await send(machineId(77), panic)).toEqual({ answer: 'unwanted' });
  expect(await kept(machine)).toBe(null);
  expect(await kept(up)).toBe(null);
});

test('who speaks as another host, sends too much, or what cannot be read, gets no answer', async () => {
  const { machine } = await scene.requestMachine();
  expect(await send(machine.id, panic, scene.host.id, hostId(9))).toBe(null);
  expect(await send(machine.id, 'x'.repeat(limits.evidenceChars + 1))).toBe(null);
  expect(await lab.fleet.onEvidence(scene.host.id, { v: 1 })).toBe(null);
  expect(await kept(machine)).toBe(null);
});

test('another coordinator’s brain keeps it, not this one', async () => {
  const { machine } = await scene.requestMachine();
  await lab.loseRole();
  await expect(send(machine.id, panic)).rejects.toMatchObject({ code: 'not-the-brain' });
});
