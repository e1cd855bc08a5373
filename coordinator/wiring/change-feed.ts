/** Tells open pages what has changed: what repository it is of is looked up once per change, however many look. */
import type { EventEmitter } from 'node:events';
import type { LiveFrame } from '#shared/api.ts';
import type { RunId } from '#shared/ids.ts';
import { isAdministrator, mayIn, type Repositoryish, type Rights } from '#shared/roles.ts';
import type { PeopleParts } from '../http/parts.ts';

type Viewer = Parameters<PeopleParts['onChange']>[1];

export function createChangeFeed(
  changes: EventEmitter<{ changed: [LiveFrame] }>,
  repositoryOf: (run: RunId) => Promise<Repositoryish | null>,
): PeopleParts['onChange'] {
  const admins = new Set<Viewer>();
  const others = new Map<Viewer, Rights>();

  async function tellOthers(frame: LiveFrame): Promise<void> {
    try {
      const repository = await repositoryOf(frame.run);
      if (!repository) return;
      for (const [viewer, rights] of others) if (mayIn(rights, 'see', repository)) viewer.send(frame);
    } catch (error) {
      // What could not be said must not be missed: they come back, and ask for everything.
      for (const viewer of others.keys()) viewer.fail(error);
    }
  }

  changes.on('changed', frame => {
    for (const viewer of admins) viewer.send(frame);
    if (others.size > 0) void tellOthers(frame);
  });

  return ({ rights }, viewer, signal) => {
    // One role less in one repository, and it is looked up.
    const seesAll = isAdministrator(rights) && rights.grants.length === 1;
    if (seesAll) admins.add(viewer);
    else others.set(viewer, rights);
    const leave = () => {
      admins.delete(viewer);
      others.delete(viewer);
    };
    signal.addEventListener('abort', leave, { once: true });
  };
}
