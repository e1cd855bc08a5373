/** The only reader of `process.platform` in the guest agent: what differs between systems is decided here. */

import type { ProcessTable } from '../../process-tree/process-table.ts';
import { processTableFor } from '../../process-tree/table-for-platform.ts';

export type Platform = {
  /** Null: steps run. Otherwise why this agent cannot run any on this system. */
  refusal: string | null;
  processTable: ProcessTable;
};

/** The facts of the platform that the agent runs on. */
export function currentPlatform(platform: NodeJS.Platform = process.platform): Platform {
  return {
    refusal:
      platform === 'win32'
        ? 'this agent cannot run steps on Windows yet: it needs named pipes of POSIX and process groups'
        : null,
    processTable: processTableFor(platform),
  };
}
