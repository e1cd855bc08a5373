/** What `/readyz` says: by what is known already, and one look at the database, so that nobody makes work by asking. */
import { limits } from '#shared/limits.ts';
import { partsOf, type ReadyParts } from '#shared/readiness.ts';
import type { Bus } from '../bus/bus.ts';
import { startDeadline } from '../ground/deadline.ts';
import { answersNow } from '../store/answers.ts';
import type { Store } from '../store/store.ts';
import type { BrainStanding } from './become-brain.ts';

export type ReadinessOptions = {
  store: Pick<Store, 'read'>;
  bus: Pick<Bus, 'isConnected'>;
  brain: BrainStanding;
};

export async function lookAtReadiness({ store, bus, brain }: ReadinessOptions): Promise<ReadyParts> {
  const seen = await inTime(answersNow(store.read));
  const role = brain();
  return partsOf({
    // A database that is locked is read and not written: that the role was renewed lately says that it is.
    store: seen !== null && role.isWritten,
    // Of a database that does not answer nothing is known, and the first trouble is enough.
    migrations: seen?.isCurrent ?? true,
    bus: bus.isConnected(),
    brain: role.isOurs,
  });
}

/** Null: it failed, or took too long; what is late is nobody's any more. */
async function inTime<Seen>(looking: Promise<Seen>): Promise<Seen | null> {
  using deadline = startDeadline(limits.readinessMs);
  const { promise: late, resolve } = Promise.withResolvers<null>();
  deadline.signal.addEventListener('abort', () => resolve(null));
  return Promise.race([looking.catch(() => null), late]);
}
