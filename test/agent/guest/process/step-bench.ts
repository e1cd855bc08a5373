/** A place to run one real program as a step: temporary directory, spool, a mark that nothing else has. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openSpool, type Spool } from '#agent/guest/logs/spool.ts';
import type { StepRun } from '#agent/guest/process/follow-step.ts';
import { runStep, type StepOptions } from '#agent/guest/process/run-step.ts';
import { createProcfsTable } from '#agent/process-tree/procfs-table.ts';

const programs = resolve(import.meta.dirname, '../../../programs');

/** The command line that runs one of test/programs. */
export const program = (name: string, ...args: (string | number)[]): string =>
  ['exec sh', join(programs, `${name}.sh`), ...args.map(arg => `'${arg}'`)].join(' ');

export type Bench = {
  directory: string;
  spool: Spool;
  marker: string;
  run(command: string, options?: Partial<StepOptions>): Promise<StepRun>;
  /** All that is stored, byte for byte. */
  output(): Promise<Buffer>;
  text(): Promise<string>;
  /** Live processes with the mark. */
  alive(): Promise<number[]>;
  stop: AbortController;
};

/** Gives the test a bench and takes it away. Fails when a process, a pipe or a descriptor is left. */
export async function withBench(
  test: (bench: Bench) => Promise<void>,
  { limitBytes = 64 * 1024 * 1024 } = {},
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-step-'));
  const spool = openSpool({ path: join(directory, 'spool'), limitBytes });
  const scratch = join(directory, 'scratch');
  await mkdir(scratch);
  const descriptors = await openDescriptors();
  const marker = `bench-${randomUUID()}`;
  const stop = new AbortController();
  const runs: StepRun[] = [];
  const output = () => readFile(spool.path);
  const alive = async () =>
    (await createProcfsTable().read(marker)).filter(row => row.isMarked).map(row => row.pid);
  const run = async (command: string, options: Partial<StepOptions> = {}) => {
    const step = await runStep({
      ...defaults,
      run: command,
      directory,
      marker,
      spool,
      scratch,
      stop: stop.signal,
      ...options,
    });
    runs.push(step);
    return step;
  };
  try {
    await test({
      spool,
      directory,
      marker,
      run,
      output,
      text: async () => (await output()).toString(),
      alive,
      stop,
    });
    await Promise.all(runs.map(step => step.close()));
    await expectNothingLeft({ alive, scratch, descriptors });
  } finally {
    await Promise.all(runs.map(step => step.close()));
    await spool.remove();
    await rm(directory, { recursive: true, force: true });
  }
}

const defaults = {
  shell: ['/bin/sh', '-e'],
  env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
  timeoutMs: 20_000,
  idleTimeoutMs: 20_000,
  killGraceMs: 300,
  drainMs: 1_000,
};

const openDescriptors = async () => (await readdir('/proc/self/fd')).length;

type Left = { alive: Bench['alive']; scratch: string; descriptors: number };

async function expectNothingLeft({ alive, scratch, descriptors }: Left): Promise<void> {
  const processes = await alive();
  const files = (await readdir(scratch)).filter(name => !name.startsWith('pipe-'));
  const extra = (await openDescriptors()) - descriptors;
  if (processes.length + files.length + extra !== 0)
    throw new Error(`left behind: processes ${processes}, files ${files}, ${extra} descriptors`);
}
