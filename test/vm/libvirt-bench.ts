import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { archOfHost, type Hardware } from '#agent/host/drivers/libvirt/domain.ts';
import { type LibvirtParts, openLibvirtDriver } from '#agent/host/drivers/libvirt/libvirt-driver.ts';
import type { HostId } from '#shared/ids.ts';
import { desiredMachine, newHostId } from '#test/contract/driver/desired-machine.ts';
import type { DriverBench } from '#test/contract/driver/driver-contract.ts';
import { builtImage } from './built-image.ts';
import { killQemu } from './kill-qemu.ts';
import type { LibvirtSession } from './libvirt-session.ts';

const run = promisify(execFile);
const programOf = (name: string) => fileURLToPath(new URL(`./programs/${name}.c`, import.meta.url));
const standIn = 'stand-in-init';

/** `key`: of an image whose agent is brought over ssh. */
type ImageFiles = Record<'disk' | 'kernel' | 'initrd', string> & { key?: string };

/** Files of an image that boots in a moment into `programs/stand-in-init.c`. */
async function makeStandIn(directory: string, arch: Hardware['arch'], name: string): Promise<ImageFiles> {
  const root = join(directory, 'root');
  await mkdir(root);
  await run(arch === archOfHost ? 'cc' : `${arch}-linux-gnu-gcc`, [
    '-O2',
    '-static',
    '-o',
    join(root, 'init'),
    programOf(name),
  ]);
  const initrd = join(directory, 'initrd');
  await run('sh', ['-c', 'cd "$1" && echo init | cpio --quiet -o -H newc > "$2"', 'sh', root, initrd]);
  const disk = join(directory, 'disk');
  await writeFile(disk, Buffer.alloc(1024 * 1024));
  const { kernel } = await builtImage(arch === 'aarch64' ? 'debian-12-arm64' : 'debian-12');
  return { disk, kernel, initrd };
}

/** `files`: what the machines that are made from now on boot from. */
export type LibvirtBench = DriverBench & { directory: string; files: ImageFiles };

export type BenchOptions = {
  /** What machines boot from; default: a stand-in for a system. */
  files?: ImageFiles;
  /** The program of `programs/` that is all there is of a system; default: `stand-in-init`. */
  init?: string;
  /** Their agent. */
  bundle?: string;
  /** Of the stand-in; default: `x86_64`. */
  arch?: Hardware['arch'];
};

/** The libvirt driver over a session and a directory of its own. */
export async function openLibvirtBench(
  session: LibvirtSession,
  options: BenchOptions = {},
): Promise<LibvirtBench> {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-vm-'));
  const files = {
    ...(options.files ?? (await makeStandIn(directory, options.arch ?? 'x86_64', options.init ?? standIn))),
  };
  const owner = newHostId();
  const partsOf = (name: string, of: HostId): LibvirtParts => ({
    directory: join(directory, name),
    owner: of,
    uri: session.uri,
    accelerator: 'tcg',
    architectures: [],
    images: { fetch: async ({ sha256 }) => fileOf(files, sha256) },
    bundle: options.bundle ?? programOf(standIn),
    natsUrl: () => 'nats://127.0.0.1:10',
    mirrors: [],
    believed: null,
    surroundings: session.surroundings,
    log: () => undefined,
  });
  const parts = partsOf('host', owner);
  const bench: LibvirtBench = {
    directory,
    files,
    owner,
    driver: await openLibvirtDriver(parts),
    restart: async () => {
      await bench.driver.close();
      bench.driver = await openLibvirtDriver(parts);
      return bench.driver;
    },
    crash: killQemu,
    plantForeign: async () => {
      const other = await openLibvirtDriver(partsOf('other', newHostId()));
      const machine = desiredMachine({ driver: 'libvirt' });
      await other.create(machine, new AbortController().signal);
      await other.close();
      return {
        id: machine.id,
        runs: async () => (await session.virsh('list', '--name')).includes(machine.id),
      };
    },
    breakCreation: async () => {
      files.disk = join(directory, 'no-such-disk');
      return 'no-such-disk';
    },
    leftOvers: async () => {
      const domains = await session.domains();
      const qemus = await run('pgrep', ['-f', `guest=paddock-.*${directory}`]).catch(() => ({ stdout: '' }));
      return [
        ...(await readdir(join(directory, 'host/machines'))),
        ...domains,
        ...qemus.stdout.split('\n').filter(Boolean),
      ].sort();
    },
    close: async () => {
      await bench.driver.close();
      await session.endAll();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return bench;
}

/** The wish of `desired-machine.ts` names its files by digests of one letter. */
function fileOf(files: ImageFiles, sha256: string): string {
  if (sha256.startsWith('d')) return files.disk;
  if (sha256.startsWith('c')) return files.key ?? 'no-key';
  return sha256.startsWith('a') ? files.kernel : files.initrd;
}
