/** Files of images are fetched before machines need them: what hosts are told, what they say, and what comes of it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFetchTimes } from '#coordinator/fleet/fetch-times.ts';
import { addressed, filesAhead } from '#coordinator/fleet/image-files.ts';
import { explainWait } from '#coordinator/queue/explain-wait.ts';
import { type Host, setDraining } from '#coordinator/store/hosts.ts';
import { listLiveMachines } from '#coordinator/store/machines.ts';
import { type HostReport, hostDesired, hostReport } from '#shared/host-messages.ts';
import type { MachineId } from '#shared/ids.ts';
import { digestsOf } from '#shared/image-files.ts';
import { type ImageManifest, imageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { imageOf, type Lab, openLab, poolOf } from '../support/brain-lab.ts';
import { addHost, addJob, type HostFacts, reportOf } from '../support/rows.ts';
import { digest, filesOn } from './snapshots.ts';

const hypervisor = { driver: 'libvirt', isolation: 'vm' } as const satisfies HostFacts;
const vm = (name: string, letter: string, arch = 'x86_64'): ImageManifest => ({
  ...imageOf(name, { driver: 'libvirt' }),
  arch,
  disk: { path: 'disk', sha256: digest(letter), format: 'qcow2' },
});

let lab: Lab;
let attic: Host;
beforeEach(async () => {
  lab = await openLab({
    pools: [
      poolOf(imageOf('linux')),
      poolOf(vm('netbsd', 'a')),
      poolOf(vm('openbsd', 'b'), { hosts: ['barn'] }),
      poolOf(vm('arm', 'c', 'aarch64')),
      { ...poolOf(vm('old', 'e')), isDisabled: true },
    ],
  });
  attic = await addHost(lab, 'attic', hypervisor);
  lab.pass(limits.leaseMs + 1);
});
afterEach(() => lab.close());

const toldTo = async ({ id }: Host) => (await lab.fleet.desiredFor(id)).imageFiles?.files;

/** The host says what it has of them. */
async function says(host: Host, imageFiles: HostReport['capacity']['imageFiles'], facts = hypervisor) {
  const report = reportOf(host.id, facts);
  const capacity = { ...report.capacity, ...(imageFiles && { imageFiles }) };
  const { epoch, generation, machines } = await lab.fleet.desiredFor(host.id);
  await lab.fleet.onReport(host.id, {
    ...report,
    capacity,
    acted: { epoch, generation },
    machines: machines.map(({ id }) => ({ id, state: 'creating', reason: '' })),
  });
}

test('a host is told the files of those images of which it could have machines', async () => {
  const desired = await lab.fleet.desiredFor(attic.id);
  expect(hostDesired.parse(desired)).toEqual(desired);
  expect(desired.imageFiles).toEqual({
    at: 'http://127.0.0.1:7071',
    token: `files token of ${attic.id}`,
    files: [{ sha256: digest('a') }],
  });
  expect(await toldTo(await addHost(lab, 'barn', hypervisor))).toEqual([
    { sha256: digest('a') },
    { sha256: digest('b') },
  ]);
  expect(await toldTo(await addHost(lab, 'shed'))).toEqual([]);
  await lab.store.write(tx => setDraining(tx, attic.id, true));
  expect(await toldTo(attic)).toEqual([]);
});

test('each file is told once, with its address where it has one, and no more than one message has room for', () => {
  const many = Array.from({ length: limits.imageFilesAhead + 5 }, (_, n) => ({
    ...vm('many', 'a'),
    disk: {
      url: 'https://images.example.org/disk',
      sha256: String(n).padStart(64, '0'),
      format: 'raw' as const,
    },
  }));
  expect(filesAhead([vm('netbsd', 'a'), { ...vm('netbsd', 'a'), name: 'netbsd@2' }])).toEqual([
    { sha256: digest('a') },
  ]);
  expect(filesAhead(many)).toHaveLength(limits.imageFilesAhead);
  expect(filesAhead(many)[0]).toEqual({ sha256: digest('0'), url: 'https://images.example.org/disk' });
});

test('all files of an image count, and none of one without', () => {
  const image = imageManifest.parse({
    ...{ name: 'tiny', os: 'linux', arch: 'x86_64', machine: { driver: 'libvirt' } },
    disk: { path: 'disk', sha256: digest('a'), format: 'raw' },
    boot: {
      kernel: { path: 'kernel', sha256: digest('b') },
      initrd: { path: 'initrd', sha256: digest('c') },
    },
  });
  expect(digestsOf(image)).toEqual([digest('a'), digest('b'), digest('c')]);
  expect(digestsOf(imageOf('linux'))).toEqual([]);
  expect(digestsOf(addressed(image, 'http://127.0.0.1:7071'))).toEqual(digestsOf(image));
});

test('the key with which a host logs in is a file of its image, and comes from the coordinator as the others do', () => {
  const image = imageManifest.parse({
    ...{ name: 'tiny', os: 'linux', arch: 'x86_64', machine: { driver: 'libvirt' } },
    disk: { path: 'disk', sha256: digest('a'), format: 'raw' },
    boot: { identity: 'ssh', ssh: { key: { path: 'key', sha256: digest('d') }, node: '/opt/node' } },
    agent: { mode: 'bootstrap', user: 'build' },
  });
  expect(digestsOf(image)).toEqual([digest('a'), digest('d')]);
  expect(addressed(image, 'http://127.0.0.1:7071').boot.ssh).toMatchObject({
    key: { url: `http://127.0.0.1:7071/images/${digest('d')}` },
    node: '/opt/node',
  });
});

test('older hosts and coordinators, which say nothing of files, are understood', async () => {
  const report = reportOf(attic.id, hypervisor);
  expect(hostReport.parse(report)).toEqual(report);
  const { imageFiles: _, ...older } = await lab.fleet.desiredFor(attic.id);
  expect(hostDesired.parse(older)).toEqual(older);
});

test('a machine has its whole time to boot after its host has fetched the files, and the job says what it waits for', async () => {
  await says(attic, undefined);
  const job = await addJob(lab, { image: 'netbsd' });
  await lab.fleet.tick();
  const machines = () => listLiveMachines(lab.store.read);
  expect(await machines()).toHaveLength(1);
  const bytes = { sha256: digest('a'), bytes: 1.2e9, totalBytes: 3.4e9 };
  for (let passed = 0; passed < 5 * limits.bootDeadlineMs; passed += limits.hostReportMs) {
    lab.pass(limits.hostReportMs);
    await says(attic, filesOn([], { fetching: [bytes] }));
    await lab.fleet.tick();
  }
  expect(await machines()).toMatchObject([{ state: { status: 'requested' } }]);
  expect(await explainWait(lab.store.read, job, lab.waits)).toBe(
    'next for netbsd, attic fetches its files (1.2 GB of 3.4 GB)',
  );
  lab.pass(limits.bootDeadlineMs);
  await says(attic, filesOn(['a']));
  await lab.fleet.tick();
  expect(await machines()).toMatchObject([{ state: { status: 'requested' } }]);
  expect(await explainWait(lab.store.read, job, lab.waits)).toBe('next for netbsd, its machine boots');
  lab.pass(limits.hostReportMs);
  await says(attic, filesOn(['a']));
  await lab.fleet.tick();
  expect((await machines())[0]?.state).toMatchObject({ status: 'retiring', hasFailedToStart: true });
});

test('the planner is woken when the files of a host have become others, not while one is on its way', async () => {
  const fleetWakes = () => lab.wakes.filter(({ type }) => type === 'fleet').length;
  await says(attic, filesOn([]));
  const before = fleetWakes();
  await says(attic, filesOn([], { fetching: [{ sha256: digest('a'), bytes: 1, totalBytes: null }] }));
  expect(fleetWakes()).toBe(before);
  await says(attic, filesOn(['a']));
  expect(fleetWakes()).toBe(before + 1);
});

test('how long a machine waited for its files is remembered as long as it is named', () => {
  const times = createFetchTimes();
  const at = (ageMs: number, isFetching: boolean) =>
    times([{ id: 'm1' as MachineId, ageMs, isFetching }]).get('m1' as MachineId);
  expect(at(1_000, false)).toBeUndefined();
  expect(at(5_000, true)).toBe(5_000);
  expect(at(9_000, false)).toBe(5_000);
  expect(times([]).size).toBe(0);
  expect(at(12_000, false)).toBeUndefined();
});
