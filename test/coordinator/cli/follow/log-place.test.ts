import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPlace, isExact, type LogPiece } from '#coordinator/cli/follow/log-stream.ts';
import type { LogSocketFrame } from '#shared/api.ts';
import type { Mark } from '#shared/attempt.ts';
import { marks, sampleAttempt, sha256Of } from '../support/samples.ts';

const { id } = sampleAttempt(1);
const bytes = (offset: number, text: string): LogSocketFrame => ({
  type: 'bytes',
  offset,
  bytes: Buffer.from(text).toString('base64'),
});

const word = (piece: LogPiece): string => {
  if (piece.type === 'bytes') return Buffer.from(piece.bytes).toString();
  return piece.type === 'mark' ? `<${piece.mark.seq}>` : '<end>';
};

function taken(frames: LogSocketFrame[], from = 0): string {
  const place = createPlace(id, from);
  return frames.flatMap(frame => [...place.take(frame)].map(word)).join('');
}

const end = (text: string): LogSocketFrame => ({
  type: 'end',
  seal: { state: 'complete', bytes: text.length, lines: 0, sha256: sha256Of(text) },
});

describe('the place in a log', () => {
  test('what comes again is left out', () => {
    expect(taken([bytes(0, 'abc'), bytes(0, 'abc'), bytes(0, 'abcd'), bytes(2, 'cdef')])).toBe('abcdef');
  });

  test('a gap is an error, never a log with a hole', () => {
    expect(() => taken([bytes(0, 'abc'), bytes(4, 'e')])).toThrow('gap between byte 3 and byte 4');
    expect(() => taken([{ type: 'skipped', from: 0, to: 9, lines: 1 }])).toThrow('gap');
  });

  test('a mark stands before the byte at its offset, whenever it came', () => {
    const steps: Mark[] = marks([0, 3, 0], [3, 5, 0]);
    expect(taken([{ type: 'marks', marks: steps }, bytes(0, 'abcde')])).toBe('<0>abc<1><2>de<3>');
    expect(taken([bytes(0, 'ab'), { type: 'marks', marks: steps }, bytes(2, 'cde')])).toBe(
      'ab<0>c<1><2>de<3>',
    );
  });

  test('marks that are repeated after a lost connection count once', () => {
    const steps: Mark[] = marks([0, 2, 0]);
    const again: LogSocketFrame = { type: 'marks', marks: steps };
    expect(taken([again, bytes(0, 'ab'), again])).toBe('<0>ab<1>');
  });

  test('the end says the digest of what came, and whether it is the proved one', () => {
    const place = createPlace(id, 0);
    const [piece] = [...place.take(bytes(0, 'abc')), ...place.take(end('abc'))].slice(-1);
    expect(piece?.type === 'end' && isExact(piece)).toBe(true);
    const other = createPlace(id, 0);
    const [last] = [...other.take(bytes(0, 'abX')), ...other.take(end('abc'))].slice(-1);
    expect(last?.type === 'end' && isExact(last)).toBe(false);
  });

  test('a part of a log, and a partial log, prove nothing', () => {
    const [part] = [...createPlace(id, 1).take(end('abc'))].slice(-1);
    expect(part?.type === 'end' && isExact(part)).toBeNull();
    const seal = { state: 'partial', bytes: 0, reason: 'lost' } as const;
    const [partial] = [...createPlace(id, 0).take({ type: 'end', seal })].slice(-1);
    expect(partial?.type === 'end' && isExact(partial)).toBeNull();
  });

  test('however it is cut and repeated, every byte comes once and in order', () => {
    const cuts = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 20 })), { maxLength: 30 });
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme-ascii' }),
        cuts,
        (text, pieces) => {
          let reached = 0;
          const frames = pieces.flatMap(([back, length]) => {
            const offset = Math.max(0, reached - back);
            const piece = text.slice(offset, offset + length);
            reached = Math.max(reached, offset + piece.length);
            return [bytes(offset, piece)];
          });
          expect(taken(frames)).toBe(text.slice(0, reached));
        },
      ),
    );
  });
});
