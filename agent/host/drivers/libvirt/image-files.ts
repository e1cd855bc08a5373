import type { DesiredMachine } from '#shared/host-messages.ts';
import { DriverError } from '../../errors.ts';
import { type ImageFile, type ImageStore, tokenOf } from '../../images/image-store.ts';
import { refuseLinkedDisk } from './disk-header.ts';
import type { Domain } from './domain.ts';

/** Where the files of an image are on this host. */
export type ImageFiles = {
  disk: string;
  format: 'qcow2' | 'raw';
  kernel: Domain['kernel'];
  /** The key with which its machines let their host in; null: nobody logs in. */
  loginKey: string | null;
};

type Named = { url?: string | undefined; sha256?: string | undefined };

/** Fetches what is missing. Throws `DriverError`, or the signal's reason. */
export async function filesOf(
  { image: { name, disk, boot }, enrolUrl, filesToken }: DesiredMachine,
  images: Pick<ImageStore, 'fetch'>,
  signal: AbortSignal,
): Promise<ImageFiles> {
  const tokenFor = (url: string) => tokenOf(url, { at: enrolUrl, token: filesToken });
  if (!disk) throw new DriverError('image', `the image ${name} has no disk`);
  const have = (what: string, file: Named) => images.fetch(fileOf(name, what, file, tokenFor), signal);
  const [path, kernel, initrd, loginKey] = await Promise.all([
    have('disk', disk),
    boot.kernel && have('kernel', boot.kernel),
    boot.initrd && have('initrd', boot.initrd),
    boot.ssh && have('key of ssh', boot.ssh.key),
  ]);
  if (disk.format === 'qcow2') await refuseLinkedDisk(name, path);
  const commandLine = boot['command-line'] ?? '';
  return {
    disk: path,
    format: disk.format,
    loginKey: loginKey ?? null,
    kernel: kernel && initrd ? { path: kernel, initrd, commandLine } : null,
  };
}

function fileOf(
  image: string,
  what: string,
  { url, sha256 }: Named,
  tokenFor: (url: string) => string | null,
): ImageFile {
  if (url && sha256) return { url, sha256, token: tokenFor(url) };
  throw new DriverError('image', `the ${what} of the image ${image} has no address, or no SHA-256`);
}
