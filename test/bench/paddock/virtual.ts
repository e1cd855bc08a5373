/** How soon a virtual machine is there, and how soon the same guest is there by libvirt alone. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readAgentFiles } from '#agent/host/drivers/agent-files.ts';
import { writeConfigDisk } from '#agent/host/drivers/libvirt/config-disk.ts';
import { identityOf } from '#agent/host/drivers/libvirt/guest-environment.ts';
import { openLibvirtDriver } from '#agent/host/drivers/libvirt/libvirt-driver.ts';
import { bundleAgents } from '#coordinator/build/bundle-agents.ts';
import type { DesiredMachine } from '#shared/host-messages.ts';
import { imageManifest } from '#shared/image-manifest.ts';
import {
  type ScriptedCoordinator,
  startScriptedCoordinator,
} from '#test/agent/guest/support/scripted-coordinator.ts';
import { machine as machineId } from '#test/agent/guest/support/specs.ts';
import { newHostId } from '#test/contract/driver/desired-machine.ts';
import { until } from '#test/support/until.ts';
import { builtImage } from '#test/vm/built-image.ts';
import { debianImage } from '#test/vm/debian-image.ts';
import { type LibvirtSession, openLibvirtSession } from '#test/vm/libvirt-session.ts';
import type { Place } from '../place.ts';

const run = promisify(execFile);
const signal = new AbortController().signal;
const wait = { timeoutMs: 120_000, everyMs: 5 };

/** Milliseconds of each. `bare`: until the first process of the guest has read its config disk. */
export type VirtualFigures = { cold: number[]; warm: number[]; bare: number[] };

export async function virtualMachines(place: Place, count = 10): Promise<VirtualFigures> {
  const session = await openLibvirtSession();
  const coordinator = await startScriptedCoordinator();
  try {
    const scene = await openScene(place, session, coordinator);
    try {
      const figures: VirtualFigures = { cold: [], warm: [], bare: [] };
      // The first of each makes what the others find: libvirt's knowledge of the emulator, the snapshot.
      for (const warm of ['boot', 'snapshot'] as const) await scene.connected(warm);
      for (let n = 0; n < count; n++) {
        figures.bare.push(await scene.bare());
        figures.cold.push(await scene.connected('boot'));
        figures.warm.push(await scene.connected('snapshot'));
      }
      return figures;
    } finally {
      await scene.close();
    }
  } finally {
    await coordinator.close();
    await session.close();
  }
}

async function openScene({ work }: Place, session: LibvirtSession, coordinator: ScriptedCoordinator) {
  const [guest] = await bundleAgents();
  if (!guest) throw new Error('the guest agent was not bundled');
  const files = await builtImage();
  const directory = join(work, 'virtual');
  const named: Record<string, string> = { d: files.disk, a: files.kernel, b: files.initrd };
  const driver = await openLibvirtDriver({
    directory,
    owner: newHostId(),
    uri: session.uri,
    accelerator: 'tcg',
    architectures: [],
    images: { fetch: async ({ sha256 }) => named[sha256.charAt(0)] ?? '' },
    bundle: guest.path,
    natsUrl: () => coordinator.nats.url,
    mirrors: [],
    believed: null,
    surroundings: session.surroundings,
    log: () => undefined,
  });

  async function connected(warm: 'boot' | 'snapshot'): Promise<number> {
    const before = coordinator.renewals.length;
    const since = performance.now();
    await driver.create(await wanted(coordinator, warm), signal);
    await until('its agent reports in', () => coordinator.renewals.length > before, wait);
    const took = performance.now() - since;
    await driver.destroy(machineId, signal);
    return took;
  }

  /** The files of a machine that the driver has made, started by virsh. */
  async function bare(): Promise<number> {
    const own = join(directory, 'bare');
    await mkdir(own, { recursive: true });
    const machine = await wanted(coordinator, 'boot');
    await driver.create(machine, signal);
    const made = join(directory, 'machines', machineId);
    const xml = (await readFile(join(made, 'domain.xml'), 'utf8')).replaceAll(made, own);
    await driver.destroy(machineId, signal);
    const [domain, console] = [join(own, 'domain.xml'), join(own, 'console')];
    await writeFile(domain, xml);
    await writeFile(console, '');
    await writeConfigDisk(
      join(own, 'config.img'),
      identityOf(machine, await readAgentFiles({ bundle: guest?.path ?? '', believed: null }, machineId)),
    );
    const disk = ['-f', 'qcow2', '-F', 'qcow2', '-b', files.disk, join(own, 'disk.qcow2')];
    await run('qemu-img', ['create', '-q', ...disk]);
    const since = performance.now();
    await session.virsh('create', domain);
    await until(
      'the guest is up',
      async () => (await readFile(console, 'utf8')).includes('the agent starts'),
      wait,
    );
    const took = performance.now() - since;
    await session.endAll();
    await rm(own, { recursive: true });
    return took;
  }

  return { connected, bare, close: () => driver.close() };
}

async function wanted(coordinator: ScriptedCoordinator, warm: 'boot' | 'snapshot'): Promise<DesiredMachine> {
  const { disk: _, boot, ...manifest } = await debianImage();
  const file = (letter: string) => ({ url: 'http://127.0.0.1:9/file', sha256: letter.repeat(64) });
  return {
    id: machineId,
    image: imageManifest.parse({
      ...manifest,
      disk: { ...file('d'), format: 'qcow2' },
      boot: { ...boot, kernel: file('a'), initrd: file('b'), warm },
    }),
    ticket: 'boot-ticket-0123456789',
    enrolUrl: coordinator.enrolUrl,
    expiresAt: Date.now() + 3_600_000,
    filesToken: '',
  };
}
