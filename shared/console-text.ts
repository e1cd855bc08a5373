/**
 * What a machine wrote on its serial console, as text that can be kept, searched and shown anywhere: no control characters,
 * no halves of characters, bounded. Doing it twice changes nothing, so that nobody need trust who did it first. Pure.
 */
import { plainLine } from './log-text.ts';

/** Firmware and boot loaders draw a screen: where they set the cursor, another line begins. */
const esc = '\\x1b';
const cursorMoves = new RegExp(`${esc}\\[\\d*(?:;\\d*)?[Hf]`, 'g');

/** The end of it, at most `maxChars` long; it begins with a whole line where there is one. */
export function consoleText(raw: string, maxChars: number): string {
  const lines = raw
    .replace(cursorMoves, '\n')
    .split('\n')
    .map(line => plainLine(line).toWellFormed().trimEnd());
  return endOf(lines.join('\n').replace(/\n{3,}/g, '\n\n'), maxChars).replace(/^\n+|\n+$/g, '');
}

function endOf(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const end = text.slice(-maxChars);
  // What is cut in the middle of a line, or of a character, says something else than what was written.
  const from = text[text.length - maxChars - 1] === '\n' ? 0 : end.indexOf('\n') + 1;
  return end.slice(from).replace(/^[\uDC00-\uDFFF]/, '');
}

/** The last thing that was written; null: nothing was. */
export const lastLineOf = (text: string): string | null =>
  text
    .split('\n')
    .map(line => line.trim())
    .findLast(line => line !== '') ?? null;
