/**
 * The embedded nats-server: started or adopted, watched, started again when it dies. Invariants: agents find it on the
 * same port after every restart of it or of the coordinator; a coordinator that is killed leaves it running; `close`
 * leaves nothing running.
 */
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { BusLog } from './bus-log.ts';
import { BusError } from './errors.ts';
import { findFreePort, isFree } from './port.ts';
import { readIfThere, removeFiles, replacePrivateFile } from './private-file.ts';
import { isReady } from './readiness.ts';
import { type BusFiles, configFor, isConfigName, type ServerPlan, serverName } from './server-config.ts';
import { lastWords, removeOldLogs } from './server-log.ts';
import { endProcess, findRunning, type ServerProcess, spawnServer } from './server-process.ts';
import { supervise } from './supervise.ts';

export type NatsServer = {
  port: number;
  /** Has it read its configuration and certificate once more. */
  reload(): Promise<void>;
  close(): Promise<void>;
};

export type ServerOptions = ServerPlan & {
  /** A port that must be used; without one, the remembered port or a free one. */
  port: number | undefined;
  /** Brings the account claims on disk up to date; called before every start of a process. */
  beforeSpawn(): Promise<void>;
  log: BusLog;
  /** Ends the start; afterwards `close` does. */
  signal: AbortSignal;
};

type Started = { process: ServerProcess; port: number };

/**
 * Starts the server, or adopts the one that an earlier coordinator of this folder left behind if its configuration is
 * the same (otherwise that one is ended). Resolves when it answers. Throws `port-taken`, `address-unusable`,
 * `nats-server-failed`, `not-writable`, or the signal's reason; then nothing is left running.
 */
export async function startServer(options: ServerOptions): Promise<NatsServer> {
  const { files, log } = options;
  const wanted = options.port ?? (await rememberedPort(files));
  const { process, port } = (await adopt(options, wanted)) ?? (await startNew(options, wanted));
  const supervisor = supervise({
    first: process,
    restart: () => launch(options, port),
    tidy: () => removeOldLogs(files),
    lastWords: () => lastWords(files),
    log,
  });
  return { port, reload: supervisor.reload, close: supervisor.close };
}

async function rememberedPort(files: BusFiles): Promise<number | null> {
  const port = Number(await readIfThere(files.port));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
}

async function adopt(options: ServerOptions, wanted: number | null): Promise<Started | null> {
  const running = await findRunning(options.files);
  if (!running) return null;
  const { pid } = running;
  const isSame = wanted !== null && running.configPath === configFor(options, wanted).path;
  if (isSame && (await comesUp(options, running, wanted))) {
    options.log.info({ process: pid, port: wanted }, 'nats-server of an earlier start goes on');
    return { process: running, port: wanted };
  }
  options.log.info(
    { process: pid },
    'nats-server of an earlier start has another configuration or hangs; it is ended',
  );
  await endProcess(running);
  return null;
}

const triesOnNewPorts = 3;

async function startNew(options: ServerOptions, wanted: number | null): Promise<Started> {
  let port = await choosePort(options, wanted);
  for (let tries = 1; ; tries++) {
    const process = await launch(options, port);
    if (await comesUp(options, process, port)) {
      options.log.info({ process: process.pid, port, version: options.program.version }, 'nats-server is up');
      return { process, port };
    }
    await endProcess(process);
    // Somebody took the port between our look and the server's start: choose again, else the fault is elsewhere.
    if (tries >= triesOnNewPorts || (await isFree(options.host, port))) throw await failedToStart(options);
    port = await choosePort(options, port);
  }
}

async function choosePort({ host, port, log }: ServerOptions, wanted: number | null): Promise<number> {
  if (wanted === null) return findFreePort(host);
  if (await isFree(host, wanted)) return wanted;
  if (port !== undefined)
    throw new BusError(
      'port-taken',
      `port ${port} on ${host} is taken by another program; end that program, or choose another port for NATS`,
    );
  const chosen = await findFreePort(host);
  log.warn(
    { host, port: wanted, chosen },
    'the port of nats-server was taken by another program, another one was chosen; agents that know only the old one must enrol again',
  );
  return chosen;
}

/** Writes everything the server reads, then starts it. The port is remembered first: a crash must not lose it. */
async function launch(options: ServerOptions, port: number): Promise<ServerProcess> {
  const { files, program } = options;
  const config = configFor(options, port);
  await replacePrivateFile(files.port, `${port}\n`);
  await replacePrivateFile(config.path, config.text);
  await removeFiles(files.folder, name => isConfigName(name) && name !== basename(config.path));
  // A pid file of an earlier process would name a stranger until the new one is written.
  await rm(files.pid, { force: true });
  await removeOldLogs(files);
  await options.beforeSpawn();
  return spawnServer(program, config.path, files);
}

/** Whether the process answers under our name; ends it when the start is aborted meanwhile, and throws the reason. */
async function comesUp(options: ServerOptions, process: ServerProcess, port: number): Promise<boolean> {
  const { host, operator, signal } = options;
  const ended = new AbortController();
  const watching = process.gone.then(() => ended.abort());
  const isUp = await isReady(host, port, serverName(operator), AbortSignal.any([signal, ended.signal]));
  if (signal.aborted) {
    await endProcess(process);
    await watching;
  }
  signal.throwIfAborted();
  return isUp;
}

const failedToStart = async ({ files, program }: ServerOptions): Promise<BusError> =>
  new BusError(
    'nats-server-failed',
    `nats-server ${program.version} does not start: ${await lastWords(files)}; its log is ${files.log}`,
  );
