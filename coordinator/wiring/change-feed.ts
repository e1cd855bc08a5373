/** Tells open pages what has changed: whether strangers may know is looked up once per change, however many look. */
import type { EventEmitter } from 'node:events';
import type { LiveFrame } from '#shared/api.ts';
import type { RunId } from '#shared/ids.ts';
import type { PeopleParts, Reader } from '../http/parts.ts';

type Viewer = Parameters<PeopleParts['onChange']>[1];

export function createChangeFeed(
  changes: EventEmitter<{ changed: [LiveFrame] }>,
  isPublic: (run: RunId) => Promise<boolean>,
): PeopleParts['onChange'] {
  const admins = new Set<Viewer>();
  const strangers = new Set<Viewer>();

  async function tellStrangers(frame: LiveFrame): Promise<void> {
    try {
      if (await isPublic(frame.run)) for (const viewer of strangers) viewer.send(frame);
    } catch (error) {
      // What could not be said must not be missed: they come back, and ask for everything.
      for (const viewer of strangers) viewer.fail(error);
    }
  }

  changes.on('changed', frame => {
    for (const viewer of admins) viewer.send(frame);
    if (strangers.size > 0) void tellStrangers(frame);
  });

  return ({ isAdmin }: Reader, viewer, signal) => {
    const audience = isAdmin ? admins : strangers;
    audience.add(viewer);
    signal.addEventListener('abort', () => audience.delete(viewer), { once: true });
  };
}
