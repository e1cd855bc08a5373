import { afterEach, beforeEach, expect, test } from 'vitest';
import { explainWait } from '#coordinator/queue/explain-wait.ts';
import type { Host } from '#coordinator/store/hosts.ts';
import { saveTraits, setDraining } from '#coordinator/store/hosts.ts';
import type { Job } from '#coordinator/store/jobs.ts';
import type { HostTraits } from '#shared/host-traits.ts';
import { limits } from '#shared/limits.ts';
import { machine as machineId } from '#test/contract/sample-ids.ts';
import { imageOf, type Lab, openLab, poolOf } from '../support/brain-lab.ts';
import { openGuests, passed } from '../support/guest-lab.ts';
import { addHost, addJob, addMachine, addRun, leaseJob } from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab({
    pools: [
      poolOf(imageOf('linux')),
      poolOf(imageOf('netbsd', { driver: 'libvirt' }), { hosts: ['cellar'] }),
    ],
  });
});
afterEach(() => lab.close());

const explain = (job: Job) => explainWait(lab.store.read, job, lab.waits);

test('a job waits for a host: one that is there, has the driver and is named by the pool', async () => {
  const job = await addJob(lab, { image: 'netbsd' });
  expect(await explain(job)).toBe('no host for netbsd is connected');
  await addHost(lab, 'shed', { driver: 'process' });
  await addHost(lab, 'attic', { driver: 'libvirt', isolation: 'vm' });
  expect(await explain(job)).toBe('no host for netbsd is connected');
  const cellar = await addHost(lab, 'cellar', { driver: 'libvirt', isolation: 'vm' });
  expect(await explain(job)).toBe('next for netbsd, a machine is being requested');
  await lab.store.write(tx => setDraining(tx, cellar.id, true));
  expect(await explain(job)).toBe('every host for netbsd is being drained');
  lab.pass(limits.hostSilenceMs);
  expect(await explain(job)).toBe('no host for netbsd is connected');
});

test('a job waits for those before it, and the history of its image says how long', async () => {
  const { attempt } = await leaseJob(lab);
  lab.clock.now += 240_000;
  await openGuests(lab).finish(attempt, passed);
  const run = await addRun(lab);
  await addHost(lab);
  await addJob(lab, { run, suite: 'first', class: 1 });
  await addJob(lab, { run, suite: 'second' });
  lab.clock.now += 1;
  const job = await addJob(lab, { run, suite: 'third' });
  expect(await explain(job)).toBe('2 ahead for linux, about 6 min');
});

test('a job waits for the machines of its image only', async () => {
  const host = await addHost(lab);
  await addMachine(lab, host, { image: imageOf('netbsd') });
  const job = await addJob(lab);
  expect(await explain(job)).toBe('next for linux, a machine is being requested');
  await addMachine(lab, host, { status: 'requested' });
  expect(await explain(job)).toBe('next for linux, its machine boots');
  await addMachine(lab, host);
  expect(await explain(job)).toBe('next for linux, its machine boots');
});

test('a job waits for the next try only when every host has failed to start its image', async () => {
  const [shed, attic] = [await addHost(lab, 'shed'), await addHost(lab, 'attic')];
  const job = await addJob(lab);
  const failing = new Map<Host['id'], number>([[shed.id, 9_000]]);
  const waits = {
    ...lab.waits,
    backoffOf: (_: string, id: Host['id']) => {
      const ms = failing.get(id);
      if (ms === undefined) return null;
      const failure = { image: 'linux', host: id, machine: machineId(1), message: 'no space left' };
      return { until: lab.clock.now + ms, ...failure };
    },
  };
  expect(await explainWait(lab.store.read, job, waits)).toBe('next for linux, a machine is being requested');
  failing.set(attic.id, 4_000);
  expect(await explainWait(lab.store.read, job, waits)).toBe(
    `linux failed to start on attic: no space left; next try in 4 s; see paddock machine show ${machineId(1)}`,
  );
  failing.set(attic.id, 0);
  expect(await explainWait(lab.store.read, job, waits)).toBe('next for linux, a machine is being requested');
});

test('a job waits for what its image needs of a host, in the words of the planner', async () => {
  lab.pools.push(
    poolOf(imageOf('cuda', { driver: 'process', labels: { site: 'berlin' }, resources: { gpu: 2 } })),
  );
  const shed = await addHost(lab);
  const job = await addJob(lab, { image: 'cuda' });
  const say = (traits: HostTraits) => lab.store.write(tx => saveTraits(tx, shed.id, traits));
  const missing =
    'no host has the label site=berlin; paddock host set NAME --label site=berlin says that one has';
  await lab.fleet.tick();
  expect(await explain(job)).toBe(`no machine of cuda yet: ${missing}`);
  await say({ labels: { site: 'berlin' }, resources: { gpu: 1 } });
  await lab.fleet.tick();
  expect(await explain(job)).toMatch('no machine of cuda yet: it needs 2 gpu, and shed has 1 in all');
  await say({ labels: { site: 'berlin' }, resources: { gpu: 2 } });
  await lab.fleet.tick();
  expect(await explain(job)).toBe('next for cuda, its machine boots');
});

test('an untrusted job waits for a command that isolates: on one host at least', async () => {
  lab.pools.push(poolOf(imageOf('cloud', { driver: 'command' })));
  const job = await addJob(lab, { image: 'cloud', isTrusted: false });
  const sentence = 'cloud isolates nothing, so an untrusted change waits; it needs a VM image';
  expect(await explain(job)).toBe(sentence);
  await addHost(lab, 'shed', { driver: 'command' });
  expect(await explain(job)).toBe(sentence);
  await addHost(lab, 'attic', { driver: 'command', isolation: 'vm' });
  expect(await explain(job)).toBe('next for cloud, a machine is being requested');
});

test('an untrusted job does not wait for a machine that isolates nothing, nor any job for an unknown image', async () => {
  await addHost(lab);
  const [stranger, lost] = [await addJob(lab, { isTrusted: false }), await addJob(lab, { image: 'plan9' })];
  expect(await explain(stranger)).toMatch('linux isolates nothing');
  expect(await explain(lost)).toMatch('no image called plan9 is configured any more');
});
