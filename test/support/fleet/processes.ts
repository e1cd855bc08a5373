/** The processes of one fleet: everything whose environment or command line names the fleet's directory. */
import { readdirSync, readFileSync } from 'node:fs';

export type Found = { pid: number; command: string };

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1').replaceAll('\0', ' ');
  } catch {
    return ''; // gone by now, or somebody else's
  }
};

/** Dead ones that nobody has waited for yet are left out. */
export function processesOf(directory: string): Found[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => Number.isInteger(pid) && pid !== process.pid)
    .map(pid => ({ pid, command: read(`/proc/${pid}/cmdline`), environment: read(`/proc/${pid}/environ`) }))
    .filter(({ command, environment }) => `${command} ${environment}`.includes(directory))
    .map(({ pid, command }) => ({ pid, command: command.slice(0, 200) }));
}

/** Kills what is left, for a test that has failed already. */
export function killAll(directory: string): void {
  for (const { pid } of processesOf(directory))
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it ended by itself
    }
}
