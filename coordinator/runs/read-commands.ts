/**
 * Commands in a comment: lines that begin with `/paddock`. Pure, and bounded by what it is given. What is quoted, shown as
 * code or hidden does not count: nobody says it there. It is told like Markdown, roughly and on the safe side: a line that
 * is ignored costs somebody a second comment, a line that is obeyed by mistake may run a stranger's code.
 */
import { limits } from '#shared/limits.ts';

export type WrittenCommand = {
  /** In lower case; empty where nothing stands behind `/paddock`. */
  name: string;
  /** What stands behind it. */
  words: string[];
};

export type WrittenCommands = {
  /** In their order, at most `commandsPerComment`. */
  commands: WrittenCommand[];
  /** There are more. */
  isCut: boolean;
};

const call = /^\/paddock(?:[ \t]+(.*))?$/i;
const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/;

export function readCommands(body: string): WrittenCommands {
  const commands: WrittenCommand[] = [];
  for (const line of spokenLines(body.slice(0, limits.commentChars))) {
    const [found, rest = ''] = call.exec(line.trimEnd()) ?? [];
    if (found === undefined) continue;
    if (commands.length === limits.commandsPerComment) return { commands, isCut: true };
    const [name = '', ...words] = rest.split(/\s+/).filter(Boolean);
    commands.push({ name: name.toLowerCase(), words });
  }
  return { commands, isCut: false };
}

/** Lines that are neither code nor hidden. A quoted or indented one does not begin with what counts. */
function* spokenLines(body: string): Generator<string> {
  /** What ends the block of code that has been begun. */
  let end: RegExp | null = null;
  let element: Element | null = null;
  for (const line of body.split(/\r\n|\n|\r/)) {
    if (end) {
      if (end.test(line)) end = null;
      continue;
    }
    const [, marks, info = ''] = fence.exec(line) ?? [];
    if (!element && marks !== undefined && !(marks.startsWith('`') && info.includes('`'))) {
      end = new RegExp(`^ {0,3}\\${marks[0]}{${marks.length},}[ \\t]*$`);
      continue;
    }
    const before: Element | null = element;
    element = elementAfter(line.toLowerCase(), before);
    if (!before && !element) yield line;
  }
}

/** HTML in which nobody speaks: what is hidden, code, quotations. */
const elements = [
  ['<!--', '-->'],
  ['<pre', '</pre>'],
  ['<code', '</code>'],
  ['<blockquote', '</blockquote>'],
] as const;
type Element = (typeof elements)[number];

/** Which of them is open at the end of the line. */
function elementAfter(line: string, open: Element | null): Element | null {
  const isLeftOpen = ([begins, ends]: Element) => line.lastIndexOf(begins) > line.lastIndexOf(ends);
  if (open) return line.includes(open[1]) && !isLeftOpen(open) ? null : open;
  return elements.find(isLeftOpen) ?? null;
}
