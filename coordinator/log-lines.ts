/** Log records as lines for a person at a terminal; anywhere else they stay JSON, one record a line. */
import { appendFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import picocolors from 'picocolors';
import { destination, type Logger, pino } from 'pino';
import { limits } from '#shared/limits.ts';

type Trouble = { message?: string; stack?: string };
type LogRecord = { level: number; time: number; msg?: string; err?: Trouble; config?: object } & {
  [field: string]: unknown;
};

type Colors = ReturnType<typeof picocolors.createColors>;

/** Fields that say the same on every line of one process, or have a place of their own. */
const unshown = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err', 'config']);

/** `16:13:43  nats-server is up  port=41655`; the configuration or an error's stack follows, indented. */
export function plainLine(record: LogRecord, colors: Colors): string {
  const { level, time, msg = '', err, config } = record;
  const paint = level >= 50 ? colors.red : level >= 40 ? colors.yellow : (text: string) => text;
  const fields = Object.entries(record).filter(([name, value]) => !unshown.has(name) && value !== undefined);
  const shown = fields.map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const below = [...Object.entries(config ?? {}).map(settingLine), ...(err ? stackLines(err) : [])];
  const clock = new Date(time).toTimeString().slice(0, 8);
  const facts = shown.length > 0 ? [colors.dim(shown.join(' '))] : [];
  const line = [colors.dim(clock), paint(msg), ...facts].join('  ');
  return [line, ...below.map(text => `    ${text}`)].join('\n');
}

const settingLine = ([name, value]: [string, unknown]): string =>
  `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;

const stackLines = ({ stack, message = '' }: Trouble): string[] => (stack ?? message).split('\n');

/** A logger for standard output: lines when a person watches, JSON when a program collects. `keep` is given each line too. */
export function logTo(
  output: NodeJS.WriteStream,
  level: string,
  environment: NodeJS.ProcessEnv,
  keep: (line: string) => void = () => {},
): Logger {
  if (!output.isTTY)
    return pino(
      { level },
      {
        write(line: string) {
          output.write(line);
          keep(line);
        },
      },
    );
  const colors = picocolors.createColors(!environment.NO_COLOR && environment.TERM !== 'dumb');
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      keep(chunk.toString('utf8'));
      output.write(`${plainLine(JSON.parse(chunk.toString('utf8')), colors)}\n`, () => done());
    },
  });
  return pino({ level }, lines);
}

/** A logger for a file. On a full disk it loses lines, and nothing else: who writes a log line must not fail by it. */
export function logToFile(file: string): Logger {
  const lines = destination({ dest: file, sync: true });
  lines.on('error', () => {});
  return pino({ level: 'info' }, lines);
}

/** Oldest first: what was logged lately, kept in the data directory so that a support bundle has it, of a crash too. */
export const recentLogFiles = (dataDir: string): [older: string, newer: string] => [
  path.join(dataDir, 'recent.log.1'),
  path.join(dataDir, 'recent.log'),
];

/**
 * Keeps the last lines in two files, each of at most `limits.recentLogBytes`. Never fails: on a full disk, or without the
 * directory, lines are lost here and nowhere else.
 */
export function keepRecent(dataDir: string): (line: string) => void {
  const [older, newer] = recentLogFiles(dataDir);
  let bytes: number | null = null;
  return line => {
    try {
      bytes ??= statSync(newer, { throwIfNoEntry: false })?.size ?? 0;
      if (bytes > limits.recentLogBytes) {
        renameSync(newer, older);
        bytes = 0;
      }
      appendFileSync(newer, line, { mode: 0o600 });
      bytes += Buffer.byteLength(line);
    } catch {
      bytes = null; // no directory yet, or no space: the next line tries again
    }
  };
}
