/**
 * Where secrets that are files stand on a computer with an agent: in memory where that can be had, under a name that only
 * whoever made the machine knows. The agent removes it with each attempt and when it starts; the host removes it with the
 * machine, for an agent that was killed.
 */
import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { MachineId } from '#shared/ids.ts';

/** From linux/magic.h. */
const tmpfs = 0x01021994;
const memory = '/dev/shm';

const folderIn = (machine: MachineId): string => join(memory, `paddock-secrets-${machine}`);

/** Null: this computer has no such memory. */
export const secretFolder = (machine: MachineId): string | null => (isMemory() ? folderIn(machine) : null);

function isMemory(): boolean {
  try {
    return statfsSync(memory).type === tmpfs;
  } catch {
    return false; // not there, or an older Node
  }
}

/** Whether there is one or not. */
export const removeSecretFolder = (machine: MachineId): void =>
  rmSync(folderIn(machine), { recursive: true, force: true });
