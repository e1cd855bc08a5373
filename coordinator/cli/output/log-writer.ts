import { createLineSplitter, harmless } from './log-text.ts';
import type { Terminal } from './terminal.ts';

/** One log on standard output: bytes as they are, or on a terminal lines that do nothing but print. */
export type LogWriter = {
  /** `offset`: where in the log the bytes stand. */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  end(): Promise<void>;
};

/** What is written before a line, by where in the log the line begins. */
export type Stamp = (offset: number) => string;

export function createLogWriter(terminal: Terminal, stamp: Stamp | null): LogWriter {
  if (terminal.isScreen) return screenWriter(terminal, stamp ?? (() => ''));
  const stamped = stamp ? createStamper(stamp) : (bytes: Uint8Array) => bytes;
  return { write: (bytes, offset) => terminal.write(stamped(bytes, offset)), end: terminal.flush };
}

function screenWriter(terminal: Terminal, stamp: Stamp): LogWriter {
  const splitter = createLineSplitter();
  /** Where the line begins that is shown next; one in pieces counts newlines that it has not. */
  let begin = 0;
  const show = (lines: readonly Uint8Array[]) =>
    terminal.write(
      lines
        .map(line => {
          const shown = `${stamp(begin)}${harmless(line)}\n`;
          begin += line.length + 1;
          return shown;
        })
        .join(''),
    );
  return {
    write(bytes, offset) {
      begin = offset - splitter.rest().length;
      return show(splitter.push(bytes));
    },
    end: () => show([splitter.rest()].filter(({ length }) => length > 0)),
  };
}

const newline = 0x0a;

function createStamper(stamp: Stamp): (bytes: Uint8Array, offset: number) => Uint8Array {
  let isLineStart = true;
  return (bytes, offset) => {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      if (isLineStart) parts.push(Buffer.from(stamp(offset + at)));
      const found = bytes.indexOf(newline, at);
      const end = found === -1 ? bytes.length : found + 1;
      parts.push(bytes.subarray(at, end));
      isLineStart = found !== -1;
      at = end;
    }
    return Buffer.concat(parts);
  };
}
