import { fstatSync } from 'node:fs';
import picocolors from 'picocolors';
import { CliError } from '../errors.ts';
import { texts } from '../texts.ts';
import { wrap } from './text-width.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;

/**
 * What a verb prints to. Standard output carries the answer and nothing else; everything about it goes to standard error.
 * A reader that has gone (`paddock logs … | head`) is no error: what is written from then on is dropped.
 */
export type Terminal = {
  /** One line of the answer. */
  line(text?: string): void;
  /** A part of the answer; resolves when there is room for more. @throws CliError `output` */
  write(bytes: Uint8Array | string): Promise<void>;
  /** One line about the answer: progress, warnings, errors. */
  note(text: string): void;
  /** A sentence about the answer, in as many lines as a terminal needs for it. */
  say(sentence: string, paint?: (line: string) => string): void;
  /** The next thing to try. */
  hint(text: string): void;
  /** Onto standard error as it is, for what is drawn and wiped again. */
  draw(text: Uint8Array | string): void;
  /** Aborts when nobody reads the answer any more. */
  readonly isUnread: AbortSignal;
  /** Until all of the answer is written. @throws CliError `output` */
  flush(): Promise<void>;
  /** Width of standard output; endless where it is no terminal, so that files and other programs get whole lines. */
  readonly columns: number;
  readonly colors: Colors;
  /** Whether a person watches the answer, and whether one watches the notes. */
  readonly isScreen: boolean;
  readonly isWatched: boolean;
  /** Whether lines may be drawn on standard error and wiped again, because nothing else writes to that screen. */
  readonly mayDraw: boolean;
  /** Size and colours of standard error. */
  readonly noteColumns: number;
  readonly noteRows: number;
  readonly noteColors: Colors;
};

export type Output = NodeJS.WritableStream & {
  fd?: number;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  writableNeedDrain?: boolean;
};

const usualWidth = 80;
const narrowest = 40;
const heightElsewhere = 24;

/** The terminal over two streams. Colour only where the stream is a terminal and NO_COLOR is not set (no-color.org). */
export function createTerminal(stdout: Output, stderr: Output, env: NodeJS.ProcessEnv): Terminal {
  const mayColor = !env.NO_COLOR && env.TERM !== 'dumb';
  const unread = new AbortController();
  let failure: NodeJS.ErrnoException | null = null;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') unread.abort();
    else failure ??= error;
  });
  // Notes that nobody reads are no reason to stop working.
  stderr.on('error', () => {});

  const send = (text: Uint8Array | string): boolean => unread.signal.aborted || stdout.write(text);
  const settled = async () => {
    if (!unread.signal.aborted && stdout.writableNeedDrain) await drained(stdout);
    if (failure) throw new CliError('output', texts.notWritten(failure.message), null, { cause: failure });
  };
  const isWatched = stderr.isTTY === true && env.TERM !== 'dumb';
  const noteColors = picocolors.createColors(mayColor && stderr.isTTY === true);
  const note = (text: string) => void stderr.write(`${text}\n`);
  const width = ({ isTTY, columns }: Output) =>
    isTTY ? Math.max(narrowest, columns || usualWidth) : Number.POSITIVE_INFINITY;

  return {
    line: (text = '') => void send(`${text}\n`),
    async write(bytes) {
      send(bytes);
      await settled();
    },
    note,
    say(sentence, paint = line => line) {
      const lines = sentence.split('\n');
      const fitted = stderr.isTTY ? lines.flatMap(line => wrap(line, width(stderr))) : lines;
      for (const line of fitted) note(paint(line));
    },
    hint: text => note(`${noteColors.dim('→')} ${text}`),
    draw: text => void stderr.write(text),
    isUnread: unread.signal,
    flush: settled,
    get columns() {
      return width(stdout);
    },
    colors: picocolors.createColors(mayColor && stdout.isTTY === true),
    isScreen: stdout.isTTY === true,
    isWatched,
    mayDraw: isWatched && (stdout.isTTY === true || endsHere(stdout)),
    get noteColumns() {
      return width(stderr);
    },
    get noteRows() {
      return (stderr.isTTY && stderr.rows) || heightElsewhere;
    },
    noteColors,
  };
}

/** A file or /dev/null. Through a pipe (`| tee log`) the answer may well come out on the same screen. */
function endsHere({ fd }: Output): boolean {
  if (fd === undefined) return false;
  const place = fstatSync(fd);
  return place.isFile() || place.isCharacterDevice();
}

/** Also when the stream breaks: whoever listens for its error knows what it means. */
const drained = (stream: Output): Promise<void> =>
  new Promise(resolve => {
    const events = ['drain', 'close', 'error'];
    const done = () => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });
