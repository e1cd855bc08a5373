import { resolve } from 'node:path';
import { toStderr } from './diagnostics.ts';
import { EnrolmentEnded, SettingsInvalid, SiteFailed } from './errors.ts';
import { type GuestOptions, runGuest } from './guest.ts';
import { readSettings } from './settings.ts';

/** After it has reported in. A machine that has work by then lives shorter than its garbage matters. */
const settledMs = 1_000;

const exitCodes = { retired: 0, expired: 3, stopped: 143 } as const;

async function live(openSite: GuestOptions['openSite']): Promise<number> {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort());
  // A coordinator's terminal that closes is no reason to lose a machine's work.
  process.on('SIGHUP', () => {});
  const end = await runGuest({
    settings: readSettings(process.env),
    environment: process.env,
    ...(openSite && { openSite }),
    bundle: resolve(process.argv[1] ?? ''),
    onReported: () => void setTimeout(tidyUp, settledMs).unref(),
    log: toStderr,
    signal: stopping.signal,
  });
  toStderr('ended', { how: end });
  return exitCodes[end];
}

async function tidyUp(): Promise<void> {
  const { collectGarbage } = await import('./platform/collect-garbage.ts');
  collectGarbage();
}

/** Lives as the agent of one machine. Exit codes: 0 retired, 1 failed, 2 not wanted or not able, 3 expired, 143 stopped. */
export function runAgentProcess(openSite?: GuestOptions['openSite']): void {
  live(openSite).then(
    code => process.exit(code),
    error => {
      const isExpected = [EnrolmentEnded, SettingsInvalid, SiteFailed].some(kind => error instanceof kind);
      toStderr(
        'failed',
        isExpected ? { code: error.code, message: error.message } : { stack: String(error?.stack ?? error) },
      );
      process.exit(isExpected ? 2 : 1);
    },
  );
}
