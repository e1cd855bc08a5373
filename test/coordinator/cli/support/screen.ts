import { Writable } from 'node:stream';
import type { Output } from '#coordinator/cli/output/terminal.ts';

/** A terminal as far as the command line uses one: lines, carriage returns, "up and wipe", and colours that it ignores. */
export type Screen = { stream: Output; lines(): string[] };

/** A control sequence, or one character. */
const esc = '\u001b';
const pieces = new RegExp(`${esc}\\[[\\d;]*[A-Za-z]|[\\s\\S]`, 'g');

export function createScreen(columns: number): Screen {
  let rows = [''];
  let row = 0;
  let column = 0;

  function put(character: string): void {
    const line = rows[row] ?? '';
    rows[row] = line.slice(0, column).padEnd(column) + character + line.slice(column + 1);
    column++;
  }

  function control(text: string): void {
    const up = /^\[(\d+)A$/.exec(text)?.[1];
    if (up) row = Math.max(0, row - Number(up));
    if (text === '[J') rows = [...rows.slice(0, row), (rows[row] ?? '').slice(0, column)];
  }

  function take(text: string): void {
    for (const [piece] of text.matchAll(pieces)) {
      if (piece.startsWith('\u001b')) control(piece.slice(1));
      else if (piece === '\r') column = 0;
      else if (piece !== '\n') put(piece);
      else {
        row++;
        column = 0;
        rows[row] ??= '';
      }
    }
  }

  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      take(String(chunk));
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY: true, columns, rows: 24 }),
    lines: () => (rows.at(-1) === '' ? rows.slice(0, -1) : rows),
  };
}
