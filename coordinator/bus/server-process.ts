/**
 * One nats-server process, started by us or adopted from an earlier coordinator that was killed. A process is ours when
 * the pid file names it and its command line names a configuration of our folder. That name carries the digest of the
 * configuration, so what could not be adopted is known too, and a process id that was used again is never touched.
 */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setImmediate as immediate, setTimeout as pause } from 'node:timers/promises';
import { limits } from '#shared/limits.ts';
import { codeOf } from './errors.ts';
import type { ServerProgram } from './find-server.ts';
import { readIfThere } from './private-file.ts';
import { inspectProcess } from './process-identity.ts';
import type { BusFiles } from './server-config.ts';

export type ServerProcess = {
  pid: number;
  configPath: string;
  isAdopted: boolean;
  /** Resolves when the process has ended, with how. Never rejects. */
  gone: Promise<string>;
};

/** A process of this folder that still runs, whoever started it. */
export async function findRunning(files: BusFiles): Promise<ServerProcess | null> {
  const pid = Number(await readIfThere(files.pid));
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const seen = await inspectProcess(pid);
  const configPath = configOf(seen?.command, files.folder);
  if (!seen || configPath === null) return null;
  return { pid, configPath, isAdopted: true, gone: watch(pid, seen.startedAt) };
}

/** The configuration of our folder that a command line names, or null. */
function configOf(command: string | undefined, folder: string): string | null {
  const start = command?.indexOf(` -c ${folder}/server-`) ?? -1;
  if (command === undefined || start < 0) return null;
  return command.slice(start + ' -c '.length);
}

/** Nobody tells us about the end of a process that is not our child: look. */
async function watch(pid: number, startedAt: string): Promise<string> {
  while ((await inspectProcess(pid))?.startedAt === startedAt) await pause(limits.natsWatchMs);
  return 'it ended';
}

/**
 * Starts the server with a configuration file. It survives us (own process group, no pipe to us), so that agents stay
 * connected while a killed coordinator starts again. It gets no environment: ours may hold secrets.
 */
export async function spawnServer(
  { path }: ServerProgram,
  configPath: string,
  { folder, startLog }: BusFiles,
): Promise<ServerProcess> {
  const output = await open(startLog, 'w', 0o600);
  try {
    const stdio = ['ignore', output.fd, output.fd] as const;
    const child = spawn(path, ['-c', configPath], {
      cwd: folder,
      env: {},
      stdio: [...stdio],
      detached: true,
    });
    const gone = new Promise<string>(resolve => {
      child.once('error', error => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    return { pid: child.pid ?? 0, configPath, isAdopted: false, gone };
  } finally {
    await output.close();
  }
}

/** TERM, then KILL when it takes too long. Resolves when the process has ended, at once when it already has. */
export async function endProcess({ pid, gone }: ServerProcess): Promise<void> {
  const isGone = gone.then(() => true);
  // Its id may already be somebody else's: no signal to a process that has ended.
  if (await Promise.race([isGone, immediate(false)])) return;
  send(pid, 'SIGTERM');
  const inTime = new AbortController();
  const tooLong = pause(limits.natsStopMs, false, { signal: inTime.signal }).catch(() => true);
  if (!(await Promise.race([isGone, tooLong]))) send(pid, 'SIGKILL');
  await gone;
  inTime.abort();
}

/** What it was started with is read again. A process that has ended is left alone. */
export async function reloadProcess({ pid, gone }: ServerProcess): Promise<void> {
  const isGone = gone.then(() => true);
  if (!(await Promise.race([isGone, immediate(false)]))) send(pid, 'SIGHUP');
}

function send(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 0) return; // It was never started.
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
