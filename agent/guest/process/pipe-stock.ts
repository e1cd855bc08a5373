/**
 * Named pipes, made ahead. Node cannot make one itself, and the `mkfifo` process would cost a step milliseconds between
 * lease and start; so one process makes many, and a step takes one by renaming it, which two takers cannot both do.
 */
import { execFile } from 'node:child_process';
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '#shared/limits.ts';
import { StepPipeError } from './errors.ts';

const stocked = 'pipe-';
let made = 0;

/**
 * Fills the stock up to `limits.pipesAhead`, in a directory of this user alone: the pipes have the mode that the umask
 * leaves. A step calls it by itself when there are none. Rejects with StepPipeError.
 */
export async function stockPipes(directory: string): Promise<void> {
  const missing = limits.pipesAhead - inStock(directory).length;
  if (missing <= 0) return;
  // Several agents may share a directory: the names differ by process, and a made name is never made again.
  const names = Array.from({ length: missing }, () => join(directory, `${stocked}${process.pid}-${made++}`));
  await new Promise<void>((resolve, reject) => {
    // Without `-m`: that makes first and sets the mode after, and a taker may have renamed the pipe in between.
    execFile('mkfifo', names, { env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' } }, error =>
      error === null ? resolve() : reject(new StepPipeError(directory, error)),
    );
  });
}

/** Other takers may be quicker, and leave nothing of what one has made. */
const tries = 10;

/** Takes one pipe; its path is the caller's to unlink. Fills the stock first when it is empty. */
export async function takePipe(directory: string): Promise<string> {
  for (let left = tries; left > 0; left--) {
    for (const name of inStock(directory)) {
      const path = join(directory, `taken-${name}`);
      if (isRenamed(join(directory, name), path)) return path;
    }
    await stockPipes(directory);
  }
  throw new StepPipeError(directory, 'mkfifo left nothing behind');
}

/** Fills a low stock while an agent or a step starts. Never rejects: the next take meets the same trouble, and reports it. */
export async function restockPipes(directory: string): Promise<void> {
  try {
    if (inStock(directory).length < limits.pipesAhead / 4) await stockPipes(directory);
  } catch (error) {
    if (!(error instanceof StepPipeError)) throw error;
  }
}

function inStock(directory: string): string[] {
  try {
    return readdirSync(directory).filter(name => name.startsWith(stocked));
  } catch (cause) {
    throw new StepPipeError(directory, cause);
  }
}

function isRenamed(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new StepPipeError(from, cause);
  }
}
