/**
 * Cuts what a NATS server sends into pieces that end with a message, so that the client's parser finds each message in
 * one piece: it takes such a message as it stands, and copies one that is spread over several, again and again as it
 * grows. Frames of logs are large: their copies were most of what the coordinator did for a log, and most of its garbage.
 * https://docs.nats.io/reference/reference-protocols/nats-protocol
 */
import type { LargeBuffers } from './large-buffers.ts';

/** Small messages share a piece; a message that is larger gets a piece of its own. */
export const smallBytes = 64 * 1024;

const lineFeed = 0x0a;
const space = 0x20;
/** The first letters of the only two commands of a server with a payload: MSG and HMSG. */
const withPayload = new Set([...'mMhH'].map(letter => letter.charCodeAt(0)));

export type MessageReader = {
  /** Where the next bytes from the server belong. Asked anew after each `took`. */
  room(): Uint8Array;
  /** So many bytes are in the room now. */
  took(bytes: number): void;
};

/** Hands on pieces in order; together they are what came. A piece is the receiver's, to keep or to give back to `large`. */
export function createMessageReader(
  large: LargeBuffers,
  onPiece: (piece: Uint8Array) => void,
): MessageReader {
  const small = Buffer.allocUnsafeSlow(smallBytes);
  let filled = 0;
  /** The message that does not fit, as far as it is here. */
  let big: { message: Uint8Array; filled: number } | null = null;

  function tookSmall(): void {
    const end = endOfWhole(small, filled);
    if (end > 0) onPiece(new Uint8Array(small.subarray(0, end)));
    small.copyWithin(0, end, filled);
    filled -= end;
    const bytes = messageBytes(small, 0, filled);
    if (bytes !== null && bytes > smallBytes) beginBig(bytes);
    else if (filled === smallBytes) passOn();
  }

  function beginBig(bytes: number): void {
    const message = large.take(bytes);
    message.set(small.subarray(0, filled));
    big = { message, filled };
    filled = 0;
  }

  /** A line without an end; the parser says what is wrong with it. */
  function passOn(): void {
    onPiece(new Uint8Array(small));
    filled = 0;
  }

  return {
    room: () => (big ? big.message.subarray(big.filled) : small.subarray(filled)),
    took(bytes) {
      if (!big) {
        filled += bytes;
        return tookSmall();
      }
      big.filled += bytes;
      if (big.filled < big.message.length) return;
      const { message } = big;
      big = null;
      onPiece(message);
    },
  };
}

/** How many of the bytes are whole messages. */
function endOfWhole(bytes: Buffer, filled: number): number {
  let end = 0;
  while (end < filled) {
    const next = messageBytes(bytes, end, filled);
    if (next === null || end + next > filled) break;
    end += next;
  }
  return end;
}

/** The length of the message that begins at `from`, its payload included; null while its first line is not here. */
function messageBytes(bytes: Buffer, from: number, filled: number): number | null {
  const lineEnd = bytes.subarray(from, filled).indexOf(lineFeed);
  if (lineEnd === -1) return null;
  const lineBytes = lineEnd + 1;
  if (!withPayload.has(bytes[from] ?? 0)) return lineBytes;
  const payloadBytes = Number(lastWord(bytes.subarray(from, from + lineEnd)));
  return Number.isSafeInteger(payloadBytes) ? lineBytes + payloadBytes + 2 : lineBytes;
}

const lastWord = (line: Buffer): string => line.toString('latin1', line.lastIndexOf(space) + 1).trim();
