import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '#test/support/until.ts';

export type NatsServer = {
  url: string;
  /** Ends it without a farewell and starts it again on the same port. */
  restart(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

/** A real nats-server on a free port of 127.0.0.1, without authentication. */
export async function startNatsServer(): Promise<NatsServer> {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-nats-'));
  let child = launch(directory, '-1');
  const url = await until('nats-server tells its port', () => portsIn(directory));
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  const start = async () => {
    child = launch(directory, new URL(url).port);
  };
  return {
    url,
    kill,
    start,
    restart: async () => {
      await kill();
      await start();
    },
    close: async () => {
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const launch = (directory: string, port: string): ChildProcess =>
  spawn('nats-server', ['-a', '127.0.0.1', '-p', port, '--ports_file_dir', directory], { stdio: 'ignore' });

async function portsIn(directory: string): Promise<string | null> {
  const [name] = await readdir(directory);
  if (name === undefined) return null;
  const ports = JSON.parse(await readFile(join(directory, name), 'utf8')) as { nats: string[] };
  return ports.nats[0] ?? null;
}
