/**
 * What a person sees of a line that was printed for a terminal, and what a search in a log finds. One definition for the
 * coordinator that searches and the page that shows. Linear in the length of the line, whatever stands in it.
 */

/** In place of the control characters themselves, which nobody could read here. */
const [esc, end] = ['\\x1b', '\\x9c'];
/** What begins or breaks off a sequence. C1 controls count as well: terminals obey them when they come as UTF-8. */
const breaks = `\\n\\x18\\x1a${esc}\\x90\\x98\\x9b\\x9d-\\x9f`;

/** Control sequences (ECMA-48), also such that the end of the line or another sequence breaks off. */
const sequences = new RegExp(
  [
    // CSI: parameters, then one final character.
    `(?:${esc}\\0*\\[|\\x9b)[^@-~${breaks}]*[@-~]?`,
    // OSC: a text for the terminal, ended by BEL or ST.
    `(?:${esc}\\0*\\]|\\x9d)[^\\x07${end}${breaks}]*(?:\\x07|${end}|${esc}\\\\)?`,
    // DCS, SOS, PM, APC: the same, ended by ST only.
    `(?:${esc}\\0*[PX^_]|[\\x90\\x98\\x9e\\x9f])[^${end}${breaks}]*(?:${end}|${esc}\\\\)?`,
    // Anything else behind ESC.
    `${esc}[\\0 -/]*[^${breaks}]?`,
  ].join('|'),
  'g',
);

/** All that has no form of its own or turns the direction of its neighbours; a tab stays. */
const unseen = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const isSpecial = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;

/** Text, of one line or many, without control sequences. */
export const withoutSequences = (text: string): string => text.replace(sequences, '');

/** Which part of a line without sequences is left when a terminal has drawn it: the last state of what was drawn over. */
export function lastDrawn(line: string): { start: number; end: number } {
  let end = line.length;
  while (end > 0 && line.charCodeAt(end - 1) === 0x0d) end--;
  return { start: end === 0 ? 0 : line.lastIndexOf('\r', end - 1) + 1, end };
}

/** Whether text without sequences is seen otherwise than it stands: then each of its lines has to be looked at. */
export const hasUnseen = (text: string): boolean => isSpecial.test(text);

export const withoutUnseen = (text: string): string =>
  isSpecial.test(text) ? text.replace(unseen, '') : text;

/** A line as it is seen: without sequences, control characters and what was drawn over. */
export function plainLine(line: string): string {
  if (!isSpecial.test(line)) return line;
  const drawn = withoutSequences(line);
  const { start, end } = lastDrawn(drawn);
  return withoutUnseen(drawn.slice(start, end));
}

export type TextQuery = { text: string; isRegex: boolean; isCaseSensitive: boolean };

/** The pattern that finds a query in plain lines. @throws SyntaxError when it is no regular expression. */
export const patternOf = ({ text, isRegex, isCaseSensitive }: TextQuery): RegExp =>
  new RegExp(isRegex ? text : text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), isCaseSensitive ? '' : 'i');
