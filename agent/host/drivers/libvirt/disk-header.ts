/**
 * What the disk of an image says of other files. A qcow2 file may name a backing file or keep its data elsewhere: QEMU on this
 * host would open that path, and the machine would read whatever it holds (qcow2 specification, "Header" and "Features").
 */
import { open } from 'node:fs/promises';
import { DriverError } from '../../errors.ts';

export const headerBytes = 104;

const magic = Buffer.from([0x51, 0x46, 0x49, 0xfb]);
const externalData = 1n << 2n;

/** Why a qcow2 file with this header is not used, in words; null when it is all of its own disk. Pure. */
export function qcow2Refusal(header: Buffer): string | null {
  if (header.length < 72 || !header.subarray(0, 4).equals(magic)) return 'it is no qcow2 file';
  const version = header.readUInt32BE(4);
  if (version !== 2 && version !== 3) return `it is qcow2 of version ${version}`;
  if (header.readBigUInt64BE(8) !== 0n) return 'it names another file to be read through it (a backing file)';
  if (version === 2) return null;
  if (header.length < headerBytes) return 'it is no qcow2 file';
  return (header.readBigUInt64BE(72) & externalData) === 0n
    ? null
    : 'it keeps its data in another file (an external data file)';
}

/** Throws a permanent `DriverError` for a disk that leads to other files of this host. */
export async function refuseLinkedDisk(image: string, path: string): Promise<void> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    const why = qcow2Refusal(buffer.subarray(0, bytesRead));
    if (why)
      throw new DriverError(
        'image',
        `the disk of the image ${image} is not used: ${why}; make it whole with qemu-img convert`,
      );
  } finally {
    await file.close();
  }
}
