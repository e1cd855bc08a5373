/**
 * What a machine of the libvirt driver is on disk, beside its tag (`../machine-directory.ts`):
 *
 *   disk.qcow2    what the machine has written, over the image's disk
 *   config.img    who it is, and its agent; see config-disk.ts (0600, secret)
 *   domain.xml    as libvirt was told it
 *   seed.iso      for a disk that knows nothing of Paddock: how the agent is started
 *   firmware      what its UEFI firmware remembers, where it has one
 *   screen        what it shows, while a picture of that is taken
 *   bring.json    as whom its agent is brought to it, and login-key: until it is there; see bring/login.ts (0600, secret)
 *   console       what it writes on its serial port: boot evidence, bounded
 */
import { join } from 'node:path';
import * as z from 'zod';
import type { MachineId } from '#shared/ids.ts';
import { egress } from '#shared/image-manifest.ts';
import { directoryOf, machineTag } from '../machine-directory.ts';

export const virtualTag = machineTag.extend({
  /** The addresses it may reach; a restarted host agent connects them again. */
  reaches: z.array(z.object({ host: z.string(), port: z.number().int() })),
  egress: egress.default('none'),
  hasDisplay: z.boolean().default(false),
});
export type VirtualTag = z.infer<typeof virtualTag>;

export type VirtualPlaces = Record<
  | 'directory'
  | 'disk'
  | 'configDisk'
  | 'seed'
  | 'login'
  | 'loginKey'
  | 'domain'
  | 'firmwareMemory'
  | 'console'
  | 'screen',
  string
>;

export function placesOf(machines: string, id: MachineId): VirtualPlaces {
  const directory = directoryOf(machines, id);
  return placesIn(directory);
}

/** While it is being put together the directory has another name. */
export const placesIn = (directory: string): VirtualPlaces => ({
  directory,
  disk: join(directory, 'disk.qcow2'),
  configDisk: join(directory, 'config.img'),
  domain: join(directory, 'domain.xml'),
  seed: join(directory, 'seed.iso'),
  login: join(directory, 'bring.json'),
  loginKey: join(directory, 'login-key'),
  firmwareMemory: join(directory, 'firmware'),
  console: join(directory, 'console'),
  screen: join(directory, 'screen'),
});
