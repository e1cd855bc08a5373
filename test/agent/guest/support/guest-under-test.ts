import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usualWay } from '#agent/credentials/route.ts';
import { runGuest } from '#agent/guest/guest.ts';
import type { GuestEnd } from '#agent/guest/life.ts';
import { defaultTimings, type Timings } from '#agent/guest/session/timings.ts';
import type { Settings } from '#agent/guest/settings.ts';
import { type ScriptedCoordinator, startScriptedCoordinator } from './scripted-coordinator.ts';
import { machine } from './specs.ts';

/** Short enough for quick scenarios, long enough for a busy machine. */
export const quickTimings: Timings = {
  ...defaultTimings,
  renewalMs: 100,
  renewalReplyMs: 400,
  onceSilenceMs: 900,
  retryFirstMs: 20,
  retryMaxMs: 100,
  finishReplyMs: 400,
  finishRepeatMs: 20,
  finishRepeatMaxMs: 100,
  askAgainMs: 150,
};

export type Guest = {
  coordinator: ScriptedCoordinator;
  workDirectory: string;
  /** How it ended; rejects with what it failed of. */
  end: Promise<GuestEnd>;
  stop(): void;
  events: Array<{ event: string } & Record<string, unknown>>;
};

export type GuestChanges = {
  timings?: Partial<Timings>;
  settings?: Partial<Settings>;
  environment?: Record<string, string>;
  script?: (coordinator: ScriptedCoordinator) => void;
};

/** Runs a body beside a guest agent that serves a scripted coordinator; afterwards both are gone, whatever happened. */
export async function withGuest(changes: GuestChanges, body: (guest: Guest) => Promise<void>): Promise<void> {
  const coordinator = await startScriptedCoordinator();
  const directory = await mkdtemp(join(tmpdir(), 'paddock-guest-'));
  const workDirectory = join(directory, 'work');
  const stopping = new AbortController();
  const events: Guest['events'] = [];
  changes.script?.(coordinator);
  const end = runGuest({
    settings: {
      machine,
      enrolUrl: coordinator.enrolUrl,
      way: usualWay,
      ticket: 'ticket-of-this-machine',
      workDirectory,
      expiresAt: null,
      reuse: 'single-use',
      ...changes.settings,
    },
    environment: changes.environment ?? { PATH: process.env.PATH ?? '' },
    bundle: import.meta.filename,
    timings: { ...quickTimings, ...changes.timings },
    log: (event, facts) => events.push({ event, ...facts }),
    signal: stopping.signal,
  });
  // Rejections are the body's to look at; here they must only not be unhandled.
  const ended = end.then(
    () => {},
    () => {},
  );
  try {
    await body({ coordinator, workDirectory, end, stop: () => stopping.abort(), events });
  } finally {
    stopping.abort();
    await ended;
    await coordinator.close();
    await rm(directory, { recursive: true, force: true });
  }
}
