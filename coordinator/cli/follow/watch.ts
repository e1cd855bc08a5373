import { liveFrame } from '#shared/api.ts';
import type { RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Client } from '../client.ts';
import { CliError } from '../errors.ts';
import { type Bell, createBell } from './bell.ts';
import { readFrames } from './frames.ts';
import { askPatiently, type Patience } from './patience.ts';
import { pause } from './pause.ts';

/**
 * What `load` gives, now and whenever the coordinator says that the run has changed; now and then also without a word,
 * because a lost one must cost time only. Endless: the caller stops when it has seen enough, or the signal ends it.
 */
export async function* watch<View>(
  client: Client,
  run: RunId,
  load: () => Promise<View>,
  patience: Patience,
): AsyncGenerator<View> {
  const bell = createBell();
  const over = new AbortController();
  const signal = AbortSignal.any([patience.signal, over.signal]);
  const ears = listen(client, run, bell, signal);
  try {
    for (;;) {
      const askedAt = performance.now();
      const view = await askPatiently(load, { ...patience, signal });
      if (view === null) return;
      yield view;
      await bell.wait(limits.cliRefreshMs, signal);
      await pause(Math.max(0, askedAt + limits.cliLookMs - performance.now()), signal);
    }
  } finally {
    over.abort();
    await ears;
  }
}

/** Whether the feed can be had matters little: without it the view is asked for less often. */
async function listen(client: Client, run: RunId, bell: Bell, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      // What changed before the feed was open went unheard: hence the ring at its opening.
      for await (const frame of readFrames(client, '/api/v1/live', liveFrame, { signal, onOpen: bell.ring }))
        if (frame.run === run) bell.ring();
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
    }
    await pause(limits.cliRetryMs, signal);
  }
}
