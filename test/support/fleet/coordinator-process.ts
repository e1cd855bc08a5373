/** A coordinator as a process of its own, on one data directory and fixed ports, so that it can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../until.ts';

const command = path.resolve(import.meta.dirname, '../../../coordinator/cli/paddock.mjs');

export type CoordinatorProcess = {
  start(): Promise<void>;
  /** Ends it with this signal and answers its exit code, null after KILL. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
  readonly pid: number;
  /** What it has printed so far, over all its starts. */
  log(): string;
};

export type ProcessOptions = {
  configFile: string;
  dataDir: string;
  url: string;
  /** Beside what an admin's shell would have. */
  env?: Record<string, string>;
};

export function coordinatorProcess({
  configFile,
  dataDir,
  url,
  env: more,
}: ProcessOptions): CoordinatorProcess {
  const logFile = path.join(path.dirname(configFile), 'coordinator.log');
  let child: ChildProcess | null = null;
  const print = (chunk: Buffer) => appendFileSync(logFile, chunk);
  const hasStarted = async () => {
    const text = await readFile(path.join(dataDir, 'coordinator.json'), 'utf8');
    if (JSON.parse(text).pid !== child?.pid) return false;
    return (await fetch(`${url}/readyz`)).ok;
  };
  return {
    async start() {
      const env = { PATH: process.env.PATH, HOME: dataDir, PADDOCK_CONFIG: configFile, ...more };
      child = spawn(process.execPath, [command, 'up'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      child.stdout?.on('data', print);
      child.stderr?.on('data', print);
      const ready = until('the coordinator is ready', hasStarted, { timeoutMs: 20_000 });
      const failed = once(child, 'exit').then(([code]) => {
        throw new Error(`the coordinator ended with ${code}:\n${readFileSync(logFile, 'utf8')}`);
      });
      failed.catch(() => {}); // a later end is the test's business
      await Promise.race([ready, failed]);
    },
    async stop(signal) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
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
