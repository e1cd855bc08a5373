import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningLeader } from '../../process-tree/kill-tree.ts';
import { markerVariable, type ProcessTable } from '../../process-tree/process-table.ts';
import type { User } from './step-pipe.ts';

export type StepCommand = {
  /** `[...shell, '-c', run]` is executed. */
  shell: readonly string[];
  run: string;
  directory: string;
  /** The whole environment but for the marker, which is added. */
  env: Readonly<Record<string, string>>;
  marker: string;
  user?: User;
};

export type StepExit = { at: number; exitCode: number | null; signal?: NodeJS.Signals };

export type StartedStep = { leader: RunningLeader; exited: Promise<StepExit> };

/**
 * Starts a step in a session and group of its own, with /dev/null as stdin and `writer` as stdout and stderr; the
 * writer is closed here. Resolves to a sentence when the system would not start it.
 */
export async function startStep(
  command: StepCommand,
  writer: number,
  table: ProcessTable,
): Promise<StartedStep | string> {
  try {
    const child = spawnStep(command, writer);
    const { pid } = child;
    if (pid === undefined) return whyNot(command, await errorOf(child));
    const exited = exitOf(child);
    const isRunning = () => child.exitCode === null && child.signalCode === null;
    return { leader: { pid, startedAt: table.startOf(pid), isRunning }, exited };
  } catch (error) {
    return whyNot(command, error);
  } finally {
    closeSync(writer);
  }
}

function spawnStep({ shell, run, directory, env, marker, user }: StepCommand, writer: number): ChildProcess {
  const [program = '/bin/sh', ...options] = shell;
  return spawn(program, [...options, '-c', run], {
    cwd: directory,
    env: { ...env, [markerVariable]: marker },
    detached: true,
    stdio: ['ignore', writer, writer],
    ...user,
  });
}

const errorOf = (child: ChildProcess): Promise<unknown> =>
  new Promise(resolve => child.once('error', resolve));

const exitOf = (child: ChildProcess): Promise<StepExit> =>
  new Promise(resolve => {
    child.once('exit', (exitCode, signal) => {
      resolve({ at: Date.now(), exitCode, ...(signal === null ? {} : { signal }) });
    });
  });

/** The system says ENOENT for a missing directory and for a missing shell alike. */
function whyNot({ shell, directory }: StepCommand, error: unknown): string {
  if (!existsSync(join(directory, '.'))) return `the directory ${directory} does not exist`;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT') return `the shell ${shell[0] ?? ''} does not exist`;
  if (code === 'E2BIG') return 'command and environment together are too long for this system';
  return `the step could not be started: ${error instanceof Error ? error.message : String(error)}`;
}
