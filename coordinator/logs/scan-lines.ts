/** Which lines of a stream of bytes match a pattern. Pure; runs on the thread of a search. */
import { limits } from '#shared/limits.ts';
import { hasUnseen, patternOf, plainLine, type TextQuery, withoutSequences } from '#shared/log-text.ts';

/** What the bytes so far had in them; the lines are those found since the last call. */
export type Scan = { matches: number; lines: number[]; scanned: number; cut: number };

export type ScanRequest = {
  query: TextQuery;
  /** The line with which the bytes begin. */
  first: number;
  /** Lines to name; the others are counted. */
  max: number;
};

const newline = 0x0a;

export function createScanner({
  query,
  first,
  max,
}: ScanRequest): (bytes: Uint8Array, isLast: boolean) => Scan {
  const pattern = patternOf(query);
  const decoder = new TextDecoder();
  let rest: Uint8Array = new Uint8Array();
  let isCut = false;
  let [matches, scanned, cut] = [0, first, 0];

  /** Some whole lines, without the end of the last. */
  function look(text: string, found: number[]): void {
    // Taking sequences out of all lines at once, and asking once what else there is, is half of the work saved.
    const drawn = withoutSequences(text);
    const isSeen = !hasUnseen(drawn);
    for (const whole of drawn.split('\n')) {
      if (whole.length > limits.logSearchLineBytes) cut += 1;
      const line = whole.slice(0, limits.logSearchLineBytes);
      if (pattern.test(isSeen ? line : plainLine(line))) {
        matches += 1;
        if (matches <= max) found.push(scanned);
      }
      scanned += 1;
    }
  }

  /** Adds to the line that is not complete, as far as lines are looked at. */
  function keep(part: Uint8Array): void {
    const room = limits.logSearchLineBytes - rest.length;
    if (part.length > room) isCut = true;
    if (part.length > 0 && room > 0) rest = Buffer.concat([rest, part.subarray(0, room)]);
  }

  function takeRest(): string {
    const line = decoder.decode(rest);
    if (isCut) cut += 1;
    rest = new Uint8Array();
    isCut = false;
    return line;
  }

  return (bytes, isLast) => {
    const found: number[] = [];
    const begin = bytes.indexOf(newline) + 1;
    if (begin > 0) {
      keep(bytes.subarray(0, begin - 1));
      look(takeRest(), found);
    }
    const end = bytes.lastIndexOf(newline) + 1;
    if (end > begin) look(decoder.decode(bytes.subarray(begin, end - 1)), found);
    keep(bytes.subarray(end));
    if (isLast && (rest.length > 0 || isCut)) look(takeRest(), found);
    return { matches, lines: found, scanned, cut };
  };
}
