/** What the parts of a coordinator share while it starts: what they are made with, how they are closed, what is tidied. */
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { ForgeCredentials } from '../github/forge-credentials.ts';
import { type Loop, startLoop } from '../ground/loop.ts';
import type { Metrics } from '../metrics/metrics.ts';

export type Closer = () => Promise<unknown> | unknown;

/** What every part is made with, and where it leaves how it is closed. */
export type Scene = {
  config: Config;
  /** Null: GitHub is not configured. */
  credentials: ForgeCredentials | null;
  logger: Logger;
  now: () => number;
  random: () => number;
  metrics: Metrics;
  environment: NodeJS.ProcessEnv;
  natsServerPath: string | undefined;
  version: string;
  startedAt: number;
  /** Aborts when the coordinator is closed, also while it starts. */
  starting: AbortController;
  closers: Closer[];
};

/** Removes, now and every so often, what nobody wants any more. */
export function tidy(
  { closers, logger }: Scene,
  what: string,
  everyMs: number,
  remove: (signal: AbortSignal) => Promise<unknown>,
): Pick<Loop, 'wake'> {
  const loop = startLoop({
    tick: signal => remove(signal).then(() => everyMs),
    onError: error => logger.error({ err: error }, `${what} could not be removed; trying again`),
  });
  closers.push(loop.close);
  loop.wake();
  return loop;
}
