import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ImageManifestInput } from '#shared/image-manifest.ts';
import { builtImage } from './built-image.ts';
import { debianImage } from './debian-image.ts';

const run = promisify(execFile);
const recipe = fileURLToPath(new URL('./programs/build-ssh-system', import.meta.url));

export const sshImageNeeds = ['apt-get', 'dpkg-deb', 'cpio', 'ssh-keygen'];

export type SshImage = {
  image: ImageManifestInput;
  files: Record<'disk' | 'kernel' | 'initrd' | 'key', string>;
  remove(): Promise<void>;
};

/** A system that boots into an SSH server and knows nothing of Paddock; it is built in seconds, out of Debian's packages. */
export async function makeSshImage(): Promise<SshImage> {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-ssh-image-'));
  const { disk, kernel, initrd: base } = await builtImage();
  await run(recipe, [base, directory]);
  const [initrd, key] = [join(directory, 'initrd'), join(directory, 'key')];
  const { boot, machine, ...debian } = await debianImage();
  return {
    files: { disk, kernel, initrd, key },
    image: {
      ...debian,
      name: 'debian-ssh',
      machine: { ...machine, memory: '384MiB' },
      boot: {
        ...boot,
        ...{ identity: 'ssh', ssh: { key: { path: key } } },
        ...{ initrd: { path: initrd }, deadline: '5m' },
      },
      agent: { mode: 'bootstrap', user: 'build' },
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
