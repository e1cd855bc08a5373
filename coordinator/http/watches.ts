/** What is open for long, logs and feeds: it closes when its reader may not see it any more. */
import { limits } from '#shared/limits.ts';
import type { Actor } from '../access/actor.ts';
import { startLoop } from '../ground/loop.ts';
import type { PeopleParts } from './parts.ts';

export type Watch = {
  actor: Actor;
  /** Whether whoever opened it may still see it, as they are now. */
  mayStill(actor: Actor): Promise<boolean>;
  end(): void;
};

export type Watches = {
  add(watch: Watch, gone: AbortSignal): void;
  close(): Promise<void>;
};

/**
 * Looks at once when sessions, tokens or roles have changed here, and every so often for what ends by itself or was changed
 * elsewhere. What cannot be looked at ends: its reader comes back, and is asked who they are.
 */
export function createWatches(
  { access }: Pick<PeopleParts, 'access'>,
  report: (error: unknown) => void,
): Watches {
  const open = new Set<Watch>();

  async function look(watch: Watch): Promise<void> {
    const mayStill = await access
      .again(watch.actor)
      .then(async actor => actor.who.kind === watch.actor.who.kind && (await watch.mayStill(actor)))
      .catch(error => {
        report(error);
        return false;
      });
    if (!mayStill && open.delete(watch)) watch.end();
  }

  const loop = startLoop({
    async tick(signal) {
      for (const watch of [...open]) if (!signal.aborted) await look(watch);
      return limits.watchRecheckMs;
    },
    onError: report,
  });
  const closing = new AbortController();
  access.onChanged(loop.wake, closing.signal);

  return {
    add(watch, gone) {
      open.add(watch);
      if (open.size === 1) loop.wake();
      gone.addEventListener('abort', () => open.delete(watch), { once: true });
    },
    async close() {
      closing.abort();
      await loop.close();
    },
  };
}
