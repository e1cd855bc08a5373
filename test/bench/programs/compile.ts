import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

export type Program = 'stamp' | 'slow-fsync';

/** A static program starts in half the time of a dynamic one; what is preloaded must be a library. */
const flags: Record<Program, string[]> = { stamp: ['-static'], 'slow-fsync': ['-shared', '-fPIC', '-ldl'] };

/** Compiles one of the programs beside this file into `directory`. Null where there is no C compiler. */
export async function compile(program: Program, directory: string): Promise<string | null> {
  const source = path.join(import.meta.dirname, `${program}.c`);
  const target = path.join(directory, program);
  try {
    await promisify(execFile)('cc', ['-O2', '-o', target, source, ...flags[program]]);
    return target;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
