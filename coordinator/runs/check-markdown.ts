/**
 * Text of strangers in GitHub's Markdown. What could be mark-up becomes an entity, which Markdown takes for the letter itself
 * (https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references). GitHub looks for mentions, numbers of issues
 * and addresses once more in the text that comes of that: behind their sign stands a space without width, which ends them.
 * What has no form of its own or turns the direction of text goes.
 */
import { plainLine, withoutUnseen } from '#shared/log-text.ts';

const marks = /[\\`*_{}[\]<>#|~@&!$]|:(?=\/\/)|(?<=www)\./gi;
const starts = '@#:.';

/** One line. */
export const plain = (text: string): string =>
  withoutUnseen(text.replace(/\s+/g, ' '))
    .trim()
    .replace(marks, mark => `&#${mark.charCodeAt(0)};${starts.includes(mark) ? '&#8203;' : ''}`);

/** A block in which nothing is mark-up, whatever it holds; at most so many lines and characters. */
export function fenced(text: string, max: { lines: number; chars: number }): string {
  const lines = text.split('\n').map(plainLine);
  const shown = lines.slice(0, max.lines).join('\n').slice(0, max.chars).trimEnd();
  const longest = Math.max(2, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const more = lines.length > max.lines ? `\n… ${lines.length - max.lines} more lines` : '';
  // What was cut within a letter is none.
  return `${fence}text\n${shown.toWellFormed()}${more}\n${fence}`;
}

/** A block that belongs to the point of a list above it. */
export const listed = (block: string): string => block.replace(/^(?=.)/gm, '  ');

/** Of a column per image, so that a matrix reads from left to right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
