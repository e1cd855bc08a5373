import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../until.ts';
import type { Fleet } from './fleet.ts';

/** A place at which a step waits until the test lets it go on; it survives every restart, being a file. */
export type Gate = {
  step: string;
  /** Resolves when the step stands there. */
  reached(timeoutMs?: number): Promise<unknown>;
  open(): Promise<void>;
};

/** `restS`: seconds between two looks; every look of every step is a process. */
export function gate({ directory }: Fleet, name = 'gate', restS = 0.02): Gate {
  const file = join(directory, name);
  const flag = `${file}-reached`;
  return {
    step: `echo waiting; touch '${flag}'; until [ -e '${file}' ]; do sleep ${restS}; done; echo going on`,
    reached: (timeoutMs = 25_000) => until(`a step is at the ${name}`, () => existsSync(flag), { timeoutMs }),
    open: () => writeFile(file, ''),
  };
}
