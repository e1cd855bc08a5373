/**
 * One log from an offset to its end, every byte once and in order, whatever happens to the connection: it is opened again
 * where it broke off, and what comes twice (a coordinator that was killed may have to be sent the log anew) is left out.
 */
import { createHash } from 'node:crypto';
import { type LogSocketFrame, logSocketFrame } from '#shared/api.ts';
import type { LogSeal, Mark } from '#shared/attempt.ts';
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Client } from '../client.ts';
import { CliError } from '../errors.ts';
import { texts } from '../texts.ts';
import { readFrames } from './frames.ts';
import { createPatience, type Patience } from './patience.ts';
import { pause } from './pause.ts';

/** A mark comes before the byte at its offset. `end` comes last; `sha256` is of the bytes that came, for the whole log only. */
export type LogPiece =
  /** `at`: when they arrived at the coordinator; null of what was stored before it was asked for. */
  | { type: 'bytes'; bytes: Uint8Array; at: number | null }
  | { type: 'mark'; mark: Mark }
  | { type: 'end'; seal: LogSeal; sha256: string | null };

/** Until the log has ended or the signal aborts. @throws CliError */
export async function* followLog(
  client: Client,
  attempt: AttemptId,
  from: number,
  patience: Patience,
): AsyncGenerator<LogPiece> {
  const place = createPlace(attempt, from);
  const { heard, bear } = createPatience(patience);
  const { signal } = patience;
  while (!signal.aborted)
    try {
      const path = `/api/v1/attempts/${attempt}/log?mode=every-byte&from=${place.offset()}`;
      for await (const frame of readFrames(client, path, logSocketFrame, { signal, onOpen: heard })) {
        yield* place.take(frame);
        if (frame.type === 'end') return;
      }
      await pause(limits.cliRetryMs, signal);
    } catch (error) {
      await bear(error);
    }
}

/** How far the log has come; turns frames into pieces that continue it. */
export function createPlace(attempt: AttemptId, from: number) {
  const hash = createHash('sha256');
  let offset = from;
  let waiting: Mark[] = [];
  let nextSeq = 0;

  function* takeBytes(start: number, bytes: Uint8Array, at: number | null): Generator<LogPiece> {
    if (start > offset) throw gap(attempt, offset, start);
    let rest = bytes.subarray(Math.min(offset - start, bytes.length));
    while (rest.length > 0) {
      yield* dueMarks();
      const next = waiting[0];
      const piece = next ? rest.subarray(0, next.offset - offset) : rest;
      rest = rest.subarray(piece.length);
      offset += piece.length;
      hash.update(piece);
      yield { type: 'bytes', bytes: piece, at };
    }
    yield* dueMarks();
  }

  function* dueMarks(limit = offset): Generator<LogPiece> {
    for (let mark = waiting[0]; mark && mark.offset <= limit; mark = waiting[0]) {
      waiting.shift();
      yield { type: 'mark', mark };
    }
  }

  function* take(frame: LogSocketFrame): Generator<LogPiece> {
    switch (frame.type) {
      case 'bytes':
        return yield* takeBytes(frame.offset, Buffer.from(frame.bytes, 'base64'), frame.at ?? null);
      case 'marks':
        waiting = [...waiting, ...frame.marks.filter(({ seq }) => seq >= nextSeq)];
        nextSeq = Math.max(nextSeq, ...frame.marks.map(({ seq }) => seq + 1));
        return yield* dueMarks();
      case 'skipped':
        throw gap(attempt, frame.from, frame.to);
      case 'end':
        yield* dueMarks(Number.POSITIVE_INFINITY);
        yield { type: 'end', seal: frame.seal, sha256: from === 0 ? hash.digest('hex') : null };
    }
  }

  return { offset: () => offset, take };
}

const gap = (attempt: AttemptId, from: number, to: number): CliError =>
  new CliError('not-understood', texts.logGap(attempt, from, to), texts.hints.version);

/** Whether what came is what was proved to be the whole log; null where there is no proof. */
export function isExact({ seal, sha256 }: Extract<LogPiece, { type: 'end' }>): boolean | null {
  return seal.state === 'partial' || sha256 === null ? null : seal.sha256 === sha256;
}
