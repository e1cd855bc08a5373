/** Tar archives of entries that no packer makes. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { Header } from 'tar';

export type TarEntry = {
  path: string;
  type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO' | 'Directory';
  linkpath?: string;
  text?: string;
  /** What the header says, where that is not the length of the text. */
  size?: number;
};

export function tarOf(entries: readonly TarEntry[]): Buffer {
  const pieces = entries.flatMap(({ path, type = 'File', linkpath, text = '', size }) => {
    const bytes = Buffer.from(text);
    const header = new Header({
      path,
      type,
      ...(linkpath === undefined ? {} : { linkpath }),
      mode: 0o644,
      size: size ?? bytes.length,
      mtime: new Date(0),
      ...(type === 'CharacterDevice' ? { devmaj: 1, devmin: 3 } : {}),
    });
    const block = Buffer.alloc(512);
    header.encode(block, 0);
    return [block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...pieces, Buffer.alloc(1_024)]);
}

export const gzipped = (pieces: Iterable<Uint8Array>): Promise<Buffer> =>
  buffer(Readable.from(pieces, { objectMode: false }).pipe(createGzip({ level: 1 })));

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
