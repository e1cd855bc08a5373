import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Log } from '../../../log.ts';

export type Refusals = { add(sentence: string): void; close(): void };

/** What a machine was not allowed to reach: the first ones one by one, and at its end how many there were. */
export function countRefusals(machine: MachineId, log: Log): Refusals {
  let count = 0;
  return {
    add(sentence) {
      count += 1;
      if (count <= limits.egressRefusalsLogged) log('warn', sentence, { machine });
    },
    close() {
      if (count > 0) log('info', `${count} connections of a machine were refused`, { machine });
    },
  };
}
