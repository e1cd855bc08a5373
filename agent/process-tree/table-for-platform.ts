import type { ProcessTable } from './process-table.ts';
import { createProcfsTable, readsProcfs } from './procfs-table.ts';
import { createPsTable } from './ps-table.ts';

/** The process table for a platform (a value of `process.platform`): /proc on Linux where it is mounted, else `ps`. */
export function processTableFor(platform: NodeJS.Platform): ProcessTable {
  if (platform === 'linux' && readsProcfs()) return createProcfsTable();
  return createPsTable(platform);
}
