/**
 * The host agent as a process. Configuration: see `config.ts`; what it keeps: see `state-directory.ts`. SIGTERM and
 * SIGINT stop it, machines go on. Exit codes: 0 stopped, 2 cannot start (the message says what to do).
 */
import { EnrolmentFailed, KeyUnreadable } from '../credentials/errors.ts';
import { readConfig } from './config.ts';
import { ConfigurationInvalid, StateUnusable } from './errors.ts';
import { startHost } from './host.ts';
import { createLog } from './log.ts';

const log = createLog(line => process.stderr.write(line));

async function main(): Promise<void> {
  const stop = new AbortController();
  const stopped = Promise.withResolvers<void>();
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.once(name, () => {
      stop.abort(new Error(`${name} received`));
      stopped.resolve();
    });
  try {
    const config = readConfig(process.env);
    log('info', 'the host agent starts', {
      state: config.state,
      coordinator: new URL(config.enrolUrl).origin,
    });
    const host = await startHost(config, log, stop.signal);
    await stopped.promise;
    await host.close();
  } catch (error) {
    if (stop.signal.aborted) return;
    if (!isOperational(error)) throw error;
    log('error', error.message, { code: error.code });
    process.exitCode = 2;
  }
}

const operational = [EnrolmentFailed, KeyUnreadable, ConfigurationInvalid, StateUnusable];

const isOperational = (error: unknown): error is Error & { code: string } =>
  operational.some(kind => error instanceof kind);

void main();
