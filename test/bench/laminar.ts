/** Laminar, where a `laminard` is on PATH: it has no webhook and no machines of its own, so it is the bar for speed alone. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '#coordinator/setup/find-program.ts';
import { freePort } from '#test/support/fleet/free-port.ts';
import { until } from '#test/support/until.ts';
import { now } from './figures.ts';
import { stampOf } from './paddock/dispatch.ts';
import { logCommands, writeLog } from './paddock/log.ts';
import { memoryOf } from './paddock/memory.ts';
import type { Place } from './place.ts';
import { compile } from './programs/compile.ts';

export type LaminarFigures = {
  dispatch: number[];
  'jobs-static': number[];
  'log-200k': { block: number[]; line: number[] };
  idle: number;
};

const counts = { dispatch: 20, jobs: 200, log: 3 };

export const hasLaminar = async (): Promise<boolean> =>
  (await findProgram({ programs: ['laminard'], folders: [] })) !== null;

export async function measureLaminar(place: Place): Promise<LaminarFigures> {
  const stamp = await compile('stamp', place.data);
  if (!stamp) throw new Error('needs a C compiler: cc');
  const home = await mkdtemp(join(place.data, 'laminar-'));
  const stamps = join(place.work, 'laminar-dispatch');
  const log = logCommands(await writeLog(place));
  const jobs = {
    dispatch: `exec ${stamp} ${stamps} true`,
    trivial: 'exec true',
    block: `exec ${log.block}`,
    line: log.line,
  };
  await mkdir(join(home, 'cfg/jobs'), { recursive: true });
  await mkdir(join(home, 'cfg/contexts'), { recursive: true });
  await writeFile(join(home, 'cfg/contexts/default.conf'), 'EXECUTORS=2\n');
  for (const [name, script] of Object.entries(jobs))
    await writeFile(join(home, `cfg/jobs/${name}.run`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const rpc = `unix:${join(home, 'rpc.sock')}`;
  const http = `127.0.0.1:${await freePort()}`;
  const env = {
    PATH: process.env.PATH,
    LAMINAR_HOME: home,
    LAMINAR_BIND_HTTP: http,
    LAMINAR_BIND_RPC: rpc,
    LAMINAR_HOST: rpc,
  };
  const server = spawn('laminard', { env, stdio: 'ignore' });
  const ended = once(server, 'exit');
  const run = (...names: string[]) => promisify(execFile)('laminarc', ['run', ...names], { env });
  try {
    await until('laminard answers', async () => (await fetch(`http://${http}/`)).ok);
    const idle = memoryOf(server.pid ?? 0, 'VmRSS');
    return {
      idle,
      dispatch: await latencies(stamps, () => run('dispatch')),
      'jobs-static': [await perSecond(() => run(...Array.from({ length: counts.jobs }, () => 'trivial')))],
      'log-200k': { block: await seconds(() => run('block')), line: await seconds(() => run('line')) },
    };
  } finally {
    server.kill();
    await ended;
  }
}

async function latencies(stamps: string, run: () => Promise<unknown>): Promise<number[]> {
  const figures: number[] = [];
  for (let n = 0; n < counts.dispatch; n++) {
    const sentAt = now();
    await run();
    figures.push((await stampOf(stamps, n)) - sentAt);
  }
  return figures;
}

async function perSecond(run: () => Promise<unknown>): Promise<number> {
  const startedAt = now();
  await run();
  return (counts.jobs / (now() - startedAt)) * 1_000;
}

async function seconds(run: () => Promise<unknown>): Promise<number[]> {
  const figures: number[] = [];
  for (let n = 0; n < counts.log; n++) {
    const startedAt = now();
    await run();
    figures.push((now() - startedAt) / 1_000);
  }
  return figures;
}
