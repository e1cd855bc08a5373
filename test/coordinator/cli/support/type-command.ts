/** Types a command of `paddock` in this process and gives back what it printed. */
import { PassThrough } from 'node:stream';
import { runCommandLine } from '#coordinator/cli/command-line.ts';
import type { Output } from '#coordinator/cli/output/terminal.ts';

export type Typed = { code: number; stdout: string; stderr: string; bytes: Buffer };
export type TypeOptions = {
  environment?: NodeJS.ProcessEnv;
  directory?: string;
  /** A person watches both streams on a screen of this width. */
  columns?: number;
};

export async function typeCommand(
  args: readonly string[],
  { environment = {}, directory = process.cwd(), columns }: TypeOptions = {},
): Promise<Typed> {
  const [stdout, stderr] = [openStream(columns), openStream(columns)];
  const surroundings = { stdout: stdout.stream, stderr: stderr.stream, directory, version: '1.2.3' };
  const code = await runCommandLine(args, {
    ...surroundings,
    environment: { HOME: '/nowhere', PATH: process.env.PATH, ...environment },
  });
  const bytes = stdout.taken();
  return { code, stdout: bytes.toString(), stderr: stderr.taken().toString(), bytes };
}

function openStream(columns: number | undefined): { stream: Output; taken(): Buffer } {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on('data', chunk => chunks.push(chunk));
  const screen = columns === undefined ? {} : { isTTY: true, columns, rows: 24 };
  return { stream: Object.assign(stream, screen), taken: () => Buffer.concat(chunks) };
}
