import { afterAll, beforeEach } from 'vitest';
import { findProgram, missingFor } from '#coordinator/setup/find-program.ts';
import { builtImage } from './built-image.ts';
import { type LibvirtSession, openLibvirtSession, type SessionOptions } from './libvirt-session.ts';

const needed = ['qemu', 'libvirt', 'mmdebstrap', 'cc'];
/** The image is built the first time, and libvirt looks at every QEMU there is. */
const startMs = 900_000;

/** One libvirt for the tests of a file. Where there can be none, they skip themselves and say what is missing. */
export function useLibvirt(options: SessionOptions = {}): () => LibvirtSession {
  let session: LibvirtSession | null = null;
  beforeEach(async ({ skip }) => {
    const lack = await lackOf();
    if (lack) skip(lack);
    await builtImage();
    session ??= await openLibvirtSession(options);
  }, startMs);
  afterAll(async () => await session?.close(), startMs);
  return () => {
    if (!session) throw new Error('there is no libvirt');
    return session;
  };
}

/** Of programs that only some long tests need: why there can be none of these, null when all are there. */
export async function lackOfPrograms(programs: readonly string[]): Promise<string | null> {
  const found = await Promise.all(programs.map(name => findProgram({ programs: [name], folders: [] })));
  const missing = programs.filter((_, index) => found[index] === null);
  return missing.length > 0 ? `needs ${missing.join(', ')}` : null;
}

async function lackOf(): Promise<string | null> {
  if (process.platform !== 'linux') return 'needs Linux: QEMU in a network namespace';
  if (process.getuid?.() !== 0)
    return 'needs root: the disk of a machine is built with the owners of its files';
  const missing = (await missingFor('test')).map(({ name }) => name).filter(name => needed.includes(name));
  return missing.length > 0 ? `needs ${missing.join(', ')}` : null;
}
