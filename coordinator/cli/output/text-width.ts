/** How wide a text stands in a terminal, and texts made to fit. Pure. */
import { withoutUnseen } from '#shared/log-text.ts';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Two columns wide: what is drawn as a picture, and the East Asian wide blocks (Unicode TR11). */
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;

const graphemes = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);
const widthOf = (grapheme: string): number => (wide.test(grapheme) ? 2 : 1);

export const textWidth = (text: string): number =>
  graphemes(text).reduce((sum, grapheme) => sum + widthOf(grapheme), 0);

/** One line as it reads: what comes from outside must not move the cursor, change its colours or turn its neighbours round. */
export const plain = (text: string): string => withoutUnseen(text.replace(/\p{Cc}+/gu, ' ')).trim();

/** At most `width` columns; what does not fit ends in "…". */
export function clip(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const grapheme of graphemes(text)) {
    used += widthOf(grapheme);
    if (used > width) break;
    kept += grapheme;
  }
  return `${kept.trimEnd()}…`;
}

/** The text in lines of at most `width` columns, broken at spaces; a word that is longer has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    const isFull = line === undefined || textWidth(line) + 1 + textWidth(word) > width;
    if (isFull) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** Exactly `width` columns wide, when the text is not wider already. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)));
  return align === 'left' ? text + space : space + text;
}
