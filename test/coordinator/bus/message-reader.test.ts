import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLargeBuffers } from '#coordinator/bus/large-buffers.ts';
import { createMessageReader, smallBytes } from '#coordinator/bus/message-reader.ts';
import { limits } from '#shared/limits.ts';

type Sent = { command: 'PING' | '+OK' | 'MSG' | 'HMSG'; payload: Buffer };

function encoded({ command, payload }: Sent): Buffer {
  if (command === 'PING' || command === '+OK') return Buffer.from(`${command}\r\n`);
  const sizes = command === 'HMSG' ? `12 ${payload.length}` : `${payload.length}`;
  return Buffer.concat([Buffer.from(`${command} a.b 7 _INBOX.x ${sizes}\r\n`), payload, Buffer.from('\r\n')]);
}

/** What a reader makes of bytes that come in chunks of these sizes, over and over; the receiver gives all of it back. */
function read(bytes: Buffer, chunks: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  const large = createLargeBuffers();
  const reader = createMessageReader(large, piece => {
    pieces.push(Buffer.from(piece));
    large.giveBack(piece);
    large.giveBack(piece);
  });
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const room = reader.room();
    const count = Math.min(room.length, chunks[n % chunks.length] ?? 1, bytes.length - at);
    room.set(bytes.subarray(at, at + count));
    reader.took(count);
    at += count;
  }
  return pieces;
}

/** Payloads look like the protocol, so that a reader that lost its place would be led astray. */
const payload = fc
  .tuple(
    fc.oneof(fc.nat(300), fc.nat(limits.logFrameBytes), fc.integer({ min: 65_400, max: 65_600 })),
    fc.nat(),
  )
  .map(([size, seed]) => Buffer.alloc(size, `MSG a.b 7 ${seed}\r\nHMSG\r\n`));
const sent = fc.array(
  fc.record({ command: fc.constantFrom('PING', '+OK', 'MSG', 'HMSG'), payload }) as fc.Arbitrary<Sent>,
  { maxLength: 12 },
);
const chunks = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1_000, max: 400_000 })), {
  minLength: 1,
  maxLength: 6,
});

test('whatever comes in whatever chunks leaves unchanged, each large message in one piece of its own', () => {
  fc.assert(
    fc.property(sent, chunks, (messages, sizes) => {
      const all = messages.map(encoded);
      const bytes = Buffer.concat(all);
      const pieces = read(bytes, Math.max(...sizes) < 1_000 ? [...sizes, 5_000] : sizes);
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      const large = (list: Buffer[]) => list.filter(one => one.length > smallBytes);
      expect(large(pieces).map(String)).toEqual(large(all).map(String));
    }),
    { numRuns: 200 },
  );
});

test('no piece ends within a message', () => {
  const message = encoded({ command: 'MSG', payload: Buffer.from('PING\r\nhello') });
  const pieces = read(Buffer.concat([message, message]), [message.length + 5, 3, 1_000]);
  expect(pieces.map(String)).toEqual([String(message), String(message)]);
});

test('a line without an end is passed on, for the parser to complain about', () => {
  const pieces = read(Buffer.alloc(smallBytes + 10, 'x'), [9_000]);
  expect(pieces.map(piece => piece.length)).toEqual([smallBytes]);
});

test('memory is lent to one at a time, and used again when it was given back', () => {
  const large = createLargeBuffers();
  const [one, two] = [large.take(200_000), large.take(200_000)];
  expect(one.buffer).not.toBe(two.buffer);
  large.giveBack(one.subarray(50, 60));
  large.giveBack(one);
  expect(large.take(200_000).buffer).toBe(one.buffer);
  expect([one.buffer, two.buffer]).not.toContain(large.take(200_000).buffer);
  expect(large.take(10_000_000).length).toBe(10_000_000);
  const small = large.take(100_000);
  expect(small.buffer.byteLength).toBe(100_000);
});
