/** Shells of POSIX that a computer elsewhere may have, each with the programs of its system and without Node. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '#coordinator/setup/find-program.ts';
import { prerequisites } from '#coordinator/setup/prerequisites.ts';

export type FarTools = {
  /** Path of the shell. */
  shell: string;
  /** The PATH of a login. */
  path: string;
  remove(): Promise<void>;
};

/** Null where the package of that name is not installed. */
export async function findShell(name: string): Promise<string | null> {
  const [wanted] = prerequisites.filter(one => one.name === name);
  return wanted ? findProgram(wanted) : null;
}

/** `program`: what runs the shell. Of busybox all programs are its own; otherwise they are those of this computer. */
export async function farTools(program: string): Promise<FarTools> {
  const directory = await mkdtemp(join(tmpdir(), 'paddock-tools-'));
  const isBusybox = program.endsWith('busybox');
  const names = isBusybox ? await applets(program) : await programsHere();
  await mkdir(join(directory, 'bin'));
  await Promise.all([...names].map(([name, target]) => symlink(target, join(directory, 'bin', name))));
  return {
    shell: isBusybox ? join(directory, 'bin/sh') : program,
    path: join(directory, 'bin'),
    remove: () => rm(directory, { recursive: true }),
  };
}

async function applets(busybox: string): Promise<Map<string, string>> {
  const { stdout } = await promisify(execFile)(busybox, ['--list']);
  return new Map(
    stdout
      .split('\n')
      .filter(Boolean)
      .map(name => [name, busybox]),
  );
}

async function programsHere(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const directory of ['/usr/bin', '/bin'])
    for (const name of await readdir(directory))
      if (!/^(?:node|nodejs|npm|npx|corepack)$/.test(name)) found.set(name, join(directory, name));
  return found;
}
