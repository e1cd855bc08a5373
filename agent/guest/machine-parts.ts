import type { MachineId } from '#shared/ids.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Connection } from './session/connection.ts';
import type { Renewals } from './session/renewals.ts';
import type { Timings } from './session/timings.ts';

/** What every attempt on this machine shares. */
export type MachineParts = {
  machine: MachineId;
  reuse: 'static' | 'single-use';
  /** Where a virtual machine asks for its coordinator; null: where addresses say. */
  gateway: string | null;
  hasGit: boolean;
  /** The agent's own environment; steps get a short allow-list of it. */
  environment: Readonly<Record<string, string | undefined>>;
  directories: { attempts: string; pipes: string };
  connection: Pick<Connection, 'request'>;
  renewals: Pick<Renewals, 'soon' | 'told' | 'confirmed' | 'answeredAt'>;
  timings: Timings;
  log: Diagnostics;
};
