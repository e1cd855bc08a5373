/** A coordinator as a process of its own, on one data directory and fixed ports, so that it can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type UntilOptions, until } from '../until.ts';
import { forgetClock } from './clock.ts';

const command = path.resolve(import.meta.dirname, '../../../coordinator/cli/paddock.mjs');

export type CoordinatorProcess = {
  start(options?: UntilOptions): Promise<void>;
  /** Whether the process that was started last is still there. */
  isRunning(): boolean;
  /** Ends it with this signal and answers its exit code, null after KILL. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
  readonly pid: number;
  /** What it has printed so far, over all its starts. */
  log(): string;
};

export type CoordinatorPlace = {
  configFile: string;
  dataDir: string;
  url: string;
  /** Beyond PATH, HOME and the configuration. */
  environment: Record<string, string>;
};

export function coordinatorProcess(place: CoordinatorPlace): CoordinatorProcess {
  const { configFile, dataDir, url, environment } = place;
  const logFile = path.join(path.dirname(configFile), 'coordinator.log');
  let child: ChildProcess | null = null;
  const print = (chunk: Buffer) => appendFileSync(logFile, chunk);
  const hasStarted = async () => {
    const text = await readFile(path.join(dataDir, 'coordinator.json'), 'utf8');
    if (JSON.parse(text).pid !== child?.pid) return false;
    return (await fetch(`${url}/readyz`)).ok;
  };
  return {
    async start(options = { timeoutMs: 60_000 }) {
      const env = { PATH: process.env.PATH, HOME: dataDir, PADDOCK_CONFIG: configFile, ...environment };
      child = spawn(process.execPath, [command, 'up'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout?.on('data', print);
      child.stderr?.on('data', print);
      const { pid } = child;
      child.once('exit', () => forgetClock(pid));
      const ready = until('the coordinator is ready', hasStarted, options);
      const failed = once(child, 'exit').then(([code]) => {
        throw new Error(`the coordinator ended with ${code}:\n${readFileSync(logFile, 'utf8')}`);
      });
      failed.catch(() => {}); // a later end is the test's business
      await Promise.race([ready, failed]);
    },
    isRunning: () => isRunning(child),
    async stop(signal) {
      if (!child || !isRunning(child)) return child?.exitCode ?? null;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
    get pid() {
      return child?.pid ?? 0;
    },
    log: () => readFileSync(logFile, 'utf8'),
  };
}

const isRunning = (child: ChildProcess | null): boolean =>
  child !== null && child.exitCode === null && child.signalCode === null;
