/** The bytes of a log as lines, and lines that can be shown to a person. Pure. */
import { limits } from '#shared/limits.ts';

const newline = 0x0a;

export type LineSplitter = {
  /** The lines that `bytes` complete, without their newlines; one that is too long comes in pieces. */
  push(bytes: Uint8Array): Uint8Array[];
  /** The line that has begun and is not complete. */
  rest(): Uint8Array;
};

export function createLineSplitter(): LineSplitter {
  let rest: Uint8Array = new Uint8Array();
  return {
    rest: () => rest,
    push(bytes) {
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const lines: Uint8Array[] = [];
      let start = 0;
      while (start < all.length) {
        const found = all.indexOf(newline, start);
        const end = Math.min(found === -1 ? all.length : found, start + limits.cliLineBytes);
        if (end === all.length && end - start < limits.cliLineBytes) break;
        lines.push(all.subarray(start, end));
        start = end === found ? end + 1 : end;
      }
      // A copy, so that a short rest does not keep a large chunk in memory.
      rest = all.slice(start);
      return lines;
    },
  };
}

const decoder = new TextDecoder();
const esc = '\\u001b';
const colour = new RegExp(`${esc}\\[[\\d;:]*m`, 'g');
/** Control sequences (ECMA-48): CSI, the strings that end in ST or BEL, and two-character escapes. */
const sequence = new RegExp(
  `${esc}(?:\\[[\\x20-\\x3f]*[\\x40-\\x7e]?|[P\\]X^_][^\\u0007${esc}]*(?:\\u0007|${esc}\\\\)?|[\\x20-\\x2f]*[\\x30-\\x7e]?)`,
  'g',
);
/** Every other control character but the tab. */
const control = /(?!\t)\p{Cc}/gu;

/**
 * A line of a log that prints and does nothing else: colours stay (and end with the line), whatever moves the cursor,
 * names the window or talks to the terminal goes. Of a line that was drawn over itself the last state.
 */
export function harmless(line: Uint8Array): string {
  const text = decoder.decode(line).replace(/\r+$/, '').split('\r').at(-1) ?? '';
  let hasColour = false;
  const kept = text.replace(sequence, found => {
    const isColour = found.match(colour)?.[0] === found;
    hasColour ||= isColour;
    return isColour ? found : '';
  });
  const clean = kept.replace(control, (character: string) => (character === '\u001b' ? character : ''));
  return hasColour ? `${clean}\u001b[0m` : clean;
}

/** The same without colours, for where it stands among other text. */
export const plainLine = (line: Uint8Array): string => withoutColours(harmless(line));

export const withoutColours = (text: string): string => text.replace(colour, '');
