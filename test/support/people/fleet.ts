/** Hosts, machines and images as they come about: joined by a token, reported, started or not, registered and tried. */
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { addVersion } from '#coordinator/images/registry.ts';
import { enrolHost, findJoinToken, insertJoinToken } from '#coordinator/store/hosts.ts';
import { findImage, findVersion, saveImage, saveVersion } from '#coordinator/store/images.ts';
import { insertMachine } from '#coordinator/store/machines.ts';
import type { HostReport } from '#shared/host-messages.ts';
import type { AttemptId, HostId, MachineId } from '#shared/ids.ts';
import { type CheckName, checkName, type ImageReport } from '#shared/image-api.ts';
import { type ImageManifest, imageManifest } from '#shared/image-manifest.ts';
import type { People } from './with-people.ts';

const minute = 60_000;
const hour = 60 * minute;

type HostFacts = Partial<Pick<HostReport, 'capacity' | 'drivers'>>;

const capacity = { cpus: 8, memoryMiB: 16_384, diskMiB: 100_000, os: 'linux', arch: 'x86_64' };
const hypervisor = [{ name: 'libvirt', isolation: 'vm' as const }];

export type HostOfTest = {
  id: HostId;
  /** It is there, and has these machines no more. */
  report(gone?: Record<MachineId, string>): Promise<void>;
};

/** A host that has joined; it is silent until it reports. */
export async function addHost(people: People, name: string, facts: HostFacts = {}): Promise<HostOfTest> {
  const { store, clock, fleet } = people;
  const hash = `hash of a token for ${name}`;
  const id = await store.write(async tx => {
    await insertJoinToken(tx, { hash, hostName: name, expiresAt: clock.now + hour });
    const token = await findJoinToken(tx, hash);
    const host = token && (await enrolHost(tx, token, `U${name.toUpperCase()}`, clock.now));
    if (!host) throw new Error(`${name} was not let in`);
    return host.id;
  });
  return {
    id,
    async report(gone = {}) {
      const machines = Object.entries(gone).map(([id, reason]) => ({ id, state: 'gone', reason }));
      const said = { v: 1, host: id, acted: { epoch: 0, generation: 0 }, machines };
      const answer = await fleet.onReport(id, { ...said, capacity, drivers: hypervisor, ...facts });
      if (answer === null) throw new Error(`the report of ${name} deserved no answer`);
    },
  };
}

export const vmOf = (name: string, os: string): ImageManifest =>
  imageManifest.parse({
    name,
    os,
    arch: 'x86_64',
    disk: { url: `https://images.example.org/${name}`, sha256: '0'.repeat(64), format: 'raw' },
    machine: { driver: 'libvirt', cpus: 2, memory: '2GiB' },
  });

type Progress = { isUp?: boolean; attempt?: AttemptId };

/** A machine that its host has made; up when it says so, busy with the attempt if there is one. */
export async function addMachine(
  { store, clock }: People,
  host: HostOfTest,
  manifest: ImageManifest,
  { isUp = true, attempt }: Progress = {},
): Promise<MachineId> {
  const at = clock.now;
  return store.write(async tx => {
    const made = { image: manifest.name, manifest, hostId: host.id, expiresAt: at + 6 * hour };
    const { id } = await insertMachine(tx, made, at);
    await applyToMachine(tx, id, { type: 'created', at });
    if (isUp) await applyToMachine(tx, id, { type: 'reported-in', at });
    if (attempt) await applyToMachine(tx, id, { type: 'leased', at, attempt });
    return id;
  });
}

/** A machine that wrote this on its console, and never reported in. */
export async function addFailedMachine(
  people: People,
  host: HostOfTest,
  manifest: ImageManifest,
  console: string,
): Promise<MachineId> {
  const machine = await addMachine(people, host, manifest, { isUp: false });
  people.clock.now += 2 * minute;
  await people.fleet.onEvidence(host.id, { v: 1, host: host.id, machine, console });
  await host.report({ [machine]: 'did not report in within 120 s' });
  return machine;
}

/** What the conformance suite says of a version; what comes after a check that failed is skipped. */
export function reportOf(at: number, failed: CheckName | null, console: string | null = null): ImageReport {
  const names = checkName.options;
  const last = failed === null ? names.length : names.indexOf(failed);
  return {
    at,
    isOk: failed === null,
    checks: names.map((name, place) => ({
      name,
      result: place < last ? 'passed' : place === last ? 'failed' : 'skipped',
      detail:
        place < last
          ? 'as it should be'
          : place === last
            ? 'it did not; look at its console'
            : 'it needs a machine',
      ms: place > last ? null : 1_200 * (place + 1),
    })),
    machine: null,
    console,
    jobs: [],
  };
}

/** A version of an image, with what the suite says of it; null: it is still being tried. */
export async function addVersionOf(
  { store, clock }: People,
  manifest: ImageManifest,
  report: ImageReport | null,
  facts: { isDisabled?: boolean } = {},
): Promise<number> {
  return store.write(async tx => {
    const { name } = manifest;
    const { number } = await addVersion(tx, manifest, clock.now);
    const [image, version] = [await findImage(tx, name), await findVersion(tx, name, number)];
    if (!image || !version) throw new Error(`${name} was not registered`);
    if (!report) return number;
    await saveVersion(tx, { ...version, status: report.isOk ? 'ready' : 'refused', report });
    if (report.isOk) await saveImage(tx, { ...image, current: number, ...facts });
    return number;
  });
}
