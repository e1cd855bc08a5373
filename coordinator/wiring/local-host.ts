/**
 * The host agent that `paddock up` runs beside the coordinator: a child in its own session, started again when it dies.
 * It survives a coordinator that is killed; the next start ends it and starts its own, and machines go on meanwhile. It is
 * found by the lock that it takes on its directory itself: a coordinator that notes it down may be killed before it has.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Isolation } from '#shared/machine.ts';
import { inspectProcess, type ProcessIdentity } from '../bus/process-identity.ts';

export type LocalHostOptions = {
  /** The host agent's state directory. */
  dir: string;
  bundles: { host: string; guest: string; outpost: string; proxy: string };
  enrolUrl: string;
  /** Which libvirt makes virtual machines; null: none. */
  libvirt: string | null;
  /** What those machines reach of mirrors, each as `name:port`. */
  mirrors: readonly string[];
  /** A file that names computers to reach by ssh; null: none. */
  computers: string | null;
  /** Executables that make machines; null: none. */
  command: { directory: string; isolation: Isolation } | null;
  makeJoinToken(): Promise<string>;
  environment: NodeJS.ProcessEnv;
  report: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
};

export type LocalHost = { close(): Promise<void> };

const restartFirstMs = 200;
const restartMaxMs = 10_000;
const stopMs = 10_000;

export async function startLocalHost(options: LocalHostOptions): Promise<LocalHost> {
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  await endOrphan(options);
  const tokenFile = path.join(options.dir, 'join-token');
  await writeFile(tokenFile, await options.makeJoinToken(), { mode: 0o600 });
  const closing = new AbortController();
  const supervised = supervise(options, tokenFile, closing.signal);
  return {
    async close() {
      closing.abort();
      await supervised;
      await rm(tokenFile, { force: true });
    },
  };
}

async function supervise(options: LocalHostOptions, tokenFile: string, signal: AbortSignal): Promise<void> {
  let waitMs = restartFirstMs;
  while (!signal.aborted) {
    const startedAt = performance.now();
    const child = await start(options, tokenFile);
    const code = await ended(child, signal);
    if (signal.aborted) break;
    options.report.warn(
      { exit: code },
      `the local host agent ended; it starts again in ${waitMs} ms (its log is ${path.join(options.dir, 'agent.log')})`,
    );
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
    waitMs = performance.now() - startedAt > 60_000 ? restartFirstMs : Math.min(waitMs * 2, restartMaxMs);
    // One that an earlier start had just begun may have come to the directory first.
    if (!signal.aborted) await endOrphan(options);
  }
}

async function start(
  { dir, bundles, enrolUrl, libvirt, mirrors, command, computers, environment }: LocalHostOptions,
  tokenFile: string,
): Promise<ChildProcess> {
  const log = await open(path.join(dir, 'agent.log'), 'a', 0o600);
  try {
    // The directory is named for whoever asks later whose agent it is; the agent reads its environment only.
    return spawn(process.execPath, [bundles.host, dir], {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: {
        PATH: environment.PATH,
        HOME: environment.HOME,
        LANG: environment.LANG,
        NODE_EXTRA_CA_CERTS: environment.NODE_EXTRA_CA_CERTS,
        PADDOCK_STATE: dir,
        PADDOCK_ENROL_URL: enrolUrl,
        PADDOCK_JOIN_TOKEN_FILE: tokenFile,
        PADDOCK_GUEST_BUNDLE: bundles.guest,
        ...(libvirt === null
          ? {}
          : {
              PADDOCK_LIBVIRT_URI: libvirt,
              PADDOCK_MIRRORS: mirrors.join(' '),
              XDG_RUNTIME_DIR: environment.XDG_RUNTIME_DIR,
            }),
        ...(computers === null
          ? {}
          : {
              PADDOCK_COMPUTERS: computers,
              PADDOCK_OUTPOST_BUNDLE: bundles.outpost,
              PADDOCK_PROXY_BUNDLE: bundles.proxy,
            }),
        ...(command === null
          ? {}
          : {
              PADDOCK_COMMAND_DRIVER: command.directory,
              PADDOCK_COMMAND_ISOLATION: command.isolation,
            }),
      },
    });
  } finally {
    await log.close();
  }
}

/** Resolves when the child has ended; told to end when the signal aborts. */
async function ended(child: ChildProcess, signal: AbortSignal): Promise<number | null> {
  const exit = new Promise<number | null>(resolve => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
  const stop = () => {
    child.kill('SIGTERM');
    setTimeout(() => child.exitCode === null && child.kill('SIGKILL'), stopMs).unref();
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  const code = await exit;
  signal.removeEventListener('abort', stop);
  return code;
}

/** The agent of a coordinator that was killed would fight ours for the same state. */
async function endOrphan({ dir, report }: LocalHostOptions): Promise<void> {
  const orphan = await findAgent(dir);
  if (!orphan) return;
  const { pid } = orphan;
  report.info({ process: pid }, 'ending the host agent of an earlier start; its machines go on');
  const isThere = async () => (await inspectProcess(pid))?.startedAt === orphan.startedAt;
  send(pid, 'SIGTERM');
  for (let waited = 0; waited < stopMs && (await isThere()); waited += 50) await delay(50);
  if (await isThere()) send(pid, 'SIGKILL');
}

/** The process that holds the directory's lock, when its command line says that it is an agent which was started here. */
async function findAgent(dir: string): Promise<ProcessIdentity | null> {
  const lock = await readFile(path.join(dir, 'lock'), 'utf8').catch(() => '');
  const [, pid] = /"pid":(\d+)/.exec(lock) ?? [];
  const found = pid === undefined ? null : await inspectProcess(Number(pid));
  return found?.command.endsWith(` ${dir}`) ? found : null;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has just ended
  }
}
