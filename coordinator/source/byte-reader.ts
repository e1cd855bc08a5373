import type { Readable } from 'node:stream';

/** Lines and counted bytes from a stream of both; rejects when the stream ends in between. */
export type ByteReader = {
  /** Up to the next line feed, without it. */
  line(): Promise<string>;
  exactly(bytes: number): Promise<Buffer>;
};

const maxLineBytes = 64 * 1024;

export function createByteReader(stream: Readable): ByteReader {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);

  const more = async (): Promise<Buffer> => {
    const next = await chunks.next();
    if (next.done) throw new Error('the stream ended');
    return next.value;
  };

  return {
    async line() {
      while (!rest.includes(10)) {
        if (rest.length > maxLineBytes) throw new Error('a line without an end');
        rest = Buffer.concat([rest, await more()]);
      }
      const end = rest.indexOf(10);
      const text = rest.toString('utf8', 0, end);
      rest = rest.subarray(end + 1);
      return text;
    },
    async exactly(bytes) {
      const parts = [rest];
      for (let have = rest.length; have < bytes; have += parts.at(-1)?.length ?? 0) parts.push(await more());
      const all = Buffer.concat(parts);
      rest = all.subarray(bytes);
      return all.subarray(0, bytes);
    },
  };
}
