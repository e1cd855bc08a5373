/**
 * Lines that stay under a moving text on a terminal: wiped before anything is printed above them, drawn again soon after.
 * Both streams must lead to the same terminal, or the text elsewhere.
 */
import { limits } from '#shared/limits.ts';
import type { Terminal } from './terminal.ts';

export type Footer = {
  /** Runs `print`, which writes whole lines, above the footer. */
  above<Result>(print: () => Result): Result;
  /** What the footer is has changed. */
  refresh(): void;
  /** Wiped for good. */
  close(): void;
};

const tickMs = 1_000;
/** The carriage return, because a terminal echoes `^C` where the cursor stands. */
const upAndWipe = (lines: number): string => (lines === 0 ? '' : `\r\u001b[${lines}A\u001b[J`);

/** `content` gives the lines of this moment; they must fit the terminal's width. */
export function createFooter(terminal: Terminal, content: () => readonly string[]): Footer {
  let drawn = 0;
  let soon: NodeJS.Timeout | null = null;

  const wipe = () => {
    if (drawn > 0) terminal.draw(upAndWipe(drawn));
    drawn = 0;
  };
  const draw = () => {
    soon = null;
    const lines = content().slice(0, Math.max(1, terminal.noteRows - 1));
    // One write, so that the terminal never shows the gap.
    terminal.draw(`${upAndWipe(drawn)}${lines.map(line => `\u001b[0m${line}\n`).join('')}`);
    drawn = lines.length;
  };
  const refresh = () => {
    soon ??= setTimeout(draw, limits.cliRedrawMs);
  };
  const ticking = setInterval(refresh, tickMs);

  return {
    above(print) {
      wipe();
      const result = print();
      refresh();
      return result;
    },
    refresh,
    close() {
      clearInterval(ticking);
      if (soon) clearTimeout(soon);
      wipe();
    },
  };
}
