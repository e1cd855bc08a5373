import type { MachineId } from '#shared/ids.ts';
import type { Way } from '../credentials/route.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Connection } from './session/connection.ts';
import type { Renewals } from './session/renewals.ts';
import type { Timings } from './session/timings.ts';
import type { Site } from './site.ts';

/** What every attempt on this machine shares. */
export type MachineParts = {
  machine: MachineId;
  way: Way;
  site: Site;
  connection: Pick<Connection, 'request'>;
  renewals: Pick<Renewals, 'soon' | 'told' | 'confirmed' | 'answeredAt'>;
  timings: Timings;
  log: Diagnostics;
};
