import { chmod, writeFile } from 'node:fs/promises';
import type { DesiredMachine } from '#shared/host-messages.ts';
import type { Blueprint } from './blueprint.ts';
import { loginOf, writeLogin } from './bring/login.ts';
import { type ConfigDisk, writeConfigDisk } from './config-disk.ts';
import { cloneDisk, makeOverlay } from './disks.ts';
import { type Domain, domainNameOf, domainXml } from './domain.ts';
import type { ImageFiles } from './image-files.ts';
import { placesIn, placesOf, type VirtualTag } from './machine-directory.ts';
import { writeSeed } from './nocloud-seed.ts';
import { snapshotName } from './snapshots.ts';

export type MachinePlan = {
  wanted: DesiredMachine;
  tag: VirtualTag;
  blueprint: Blueprint;
  /** The disk to clone; null: the machine boots. */
  snapshot: string | null;
  files: ImageFiles;
  config: ConfigDisk;
};

/**
 * Puts a machine together in a directory that will have another name. libvirt's QEMU may be another user: it reads and writes
 * what it is given, and lists nothing.
 */
export async function fillDirectory(
  directory: string,
  { wanted, tag, blueprint, snapshot, files, config }: MachinePlan,
  { machines, searchPath }: { machines: string; searchPath: string },
  signal: AbortSignal,
): Promise<void> {
  const { identity } = blueprint;
  const [places, there] = [placesIn(directory), placesOf(machines, tag.id)];
  const domain: Domain = {
    ...blueprint,
    ...there,
    configDisk: identity === 'ssh' ? null : there.configDisk,
    seed: identity === 'nocloud' ? there.seed : null,
    name: domainNameOf(tag.id),
    tag,
    snapshot: snapshot === null ? null : snapshotName,
  };
  await chmod(directory, 0o711);
  if (domain.hardware.console === 'serial') await writeFile(places.console, '', { mode: 0o600 });
  await writeFile(places.domain, domainXml(domain), { mode: 0o600 });
  if (snapshot === null) await makeOverlay(places.disk, blueprint, searchPath, signal);
  else await cloneDisk(places.disk, snapshot);
  if (identity === 'nocloud') await writeSeed(places.seed, tag.id);
  // Last: both tell the time.
  if (identity !== 'ssh') await writeConfigDisk(places.configDisk, config);
  else if (files.loginKey !== null) await writeLogin(places, loginOf(wanted, config), files.loginKey);
}
