import { createLineSplitter, harmless } from './log-text.ts';
import type { Terminal } from './terminal.ts';

/** One log on standard output: bytes as they are, or on a terminal lines that do nothing but print. */
export type LogWriter = {
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
};

export function createLogWriter(terminal: Terminal): LogWriter {
  if (!terminal.isScreen) return { write: terminal.write, end: terminal.flush };
  const splitter = createLineSplitter();
  const show = (lines: readonly Uint8Array[]) =>
    terminal.write(lines.map(line => `${harmless(line)}\n`).join(''));
  return {
    write: bytes => show(splitter.push(bytes)),
    end: () => show([splitter.rest()].filter(({ length }) => length > 0)),
  };
}
