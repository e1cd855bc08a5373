import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { limits } from '#shared/limits.ts';
import { BusError } from './errors.ts';
import { compareVersions, isLoopback, isPatched, versionIn } from './nats-version.ts';

const run = promisify(execFile);

export type ServerProgram = { path: string; version: string };

const install =
  '`apt-get install nats-server` (Debian, Ubuntu), `brew install nats-server` (macOS) or `pkg install nats-server` (FreeBSD)';

/** Debian puts it into a folder that is not on everyone's PATH. */
const lookUp =
  'PATH="$PATH:/usr/local/bin:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin"; command -v nats-server';

async function pathOfServer(signal: AbortSignal): Promise<string> {
  try {
    return (await run('/bin/sh', ['-c', lookUp], { signal })).stdout.trim();
  } catch (cause) {
    signal.throwIfAborted();
    throw new BusError('no-nats-server', `nats-server is not installed; install it: ${install}`, { cause });
  }
}

/**
 * The nats-server to run: at `path`, else on PATH. Throws `no-nats-server`, `nats-server-too-old`, or the signal's
 * reason; the message says how to install one.
 */
export async function findServer(path: string | undefined, signal: AbortSignal): Promise<ServerProgram> {
  const found = path ?? (await pathOfServer(signal));
  const version = await versionOf(found, signal);
  if (compareVersions(version, limits.natsServerOldest) < 0)
    throw new BusError(
      'nats-server-too-old',
      `nats-server ${version} (${found}) is too old, ${limits.natsServerOldest} or newer is needed; install it: ${install}`,
    );
  return { path: found, version };
}

async function versionOf(path: string, signal: AbortSignal): Promise<string> {
  try {
    const { stdout } = await run(path, ['--version'], { signal, env: {}, timeout: limits.natsStartMs });
    const version = versionIn(stdout);
    if (version !== null) return version;
  } catch (cause) {
    signal.throwIfAborted();
    throw new BusError('no-nats-server', `${path} cannot be run; install nats-server: ${install}`, { cause });
  }
  throw new BusError('no-nats-server', `${path} is not a nats-server; install it: ${install}`);
}

/** Throws `nats-server-not-public` when other computers could reach a release without the fixes that takes. */
export function requireSafeAddress(host: string, { path, version }: ServerProgram): void {
  if (isLoopback(host) || isPatched(version, limits.natsServerPublic)) return;
  throw new BusError(
    'nats-server-not-public',
    `nats-server ${version} (${path}) must not listen on ${host}: it lacks security fixes; use 127.0.0.1, or install one of ${limits.natsServerPublic.join(', ')} or newer: ${install}`,
  );
}
