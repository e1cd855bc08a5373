import { type Connection, connect as connectTo } from '../../../ssh/connect.ts';
import type { ComputerSettings } from './computers.ts';
import { asDriverError } from './driver-failure.ts';

export type { Connection };

/** Throws `DriverError`, or the signal's reason. Whoever gets the connection listens for its `error`, and ends it. */
export const connect = (computer: ComputerSettings, signal: AbortSignal): Promise<Connection> =>
  asDriverError(connectTo(computer, signal));
