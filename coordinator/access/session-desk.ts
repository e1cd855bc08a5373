/** Sessions of browsers are listed and ended, by whose they are and by administrators. */
import type { SessionId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { BrowserSessionView } from '#shared/people-api.ts';
import { isAdministrator } from '#shared/roles.ts';
import {
  type BrowserSession,
  endBrowserSession,
  endBrowserSessions,
  findBrowserSession,
  listBrowserSessions,
  type WhoseSessions,
} from '../store/browser-sessions.ts';
import { findPerson } from '../store/people.ts';
import { type Actor, sessionOf } from './actor.ts';
import { isOver } from './session-judgement.ts';
import type { DeskParts } from './token-desk.ts';

/** Null: they have none, being a program. */
const ownOf = ({ who }: Actor): WhoseSessions | null => {
  if (who.kind === 'root') return { person: null };
  return who.kind === 'person' ? { person: who.person } : null;
};

/** Those that are open, newest first: one's own, or of everybody for administrators who ask for that. */
export async function listSessions(
  { store, now }: DeskParts,
  actor: Actor,
  isAll: boolean,
): Promise<BrowserSessionView[]> {
  const whose = isAll && isAdministrator(actor.rights) ? 'everybody' : ownOf(actor);
  if (whose === null) return [];
  const sessions = await listBrowserSessions(store.read, whose, limits.sessionsListed);
  const open = sessions.filter(session => !isOver(session, now()));
  return Promise.all(
    open.map(async ({ id, person, browser, createdAt, lastSeenAt, expiresAt }) => ({
      ...{ id, browser, createdAt, lastSeenAt, expiresAt },
      login: person === null ? null : ((await findPerson(store.read, person))?.login ?? null),
      isThis: id === sessionOf(actor),
    })),
  );
}

/** False: there is none that is open, or it is not theirs, which looks the same. */
export async function endSession(
  { store, now, changed }: DeskParts,
  actor: Actor,
  id: SessionId,
): Promise<boolean> {
  const session = await findBrowserSession(store.read, id);
  if (!session || isOver(session, now()) || !isTheirs(actor, session)) return false;
  await store.write(tx => endBrowserSession(tx, id, now()));
  changed();
  return true;
}

function isTheirs(actor: Actor, { person }: BrowserSession): boolean {
  if (isAdministrator(actor.rights)) return true;
  return actor.who.kind === 'person' && actor.who.person === person;
}

/** How many ended; the one that asks is among them. */
export async function endAllSessions(
  { store, now, changed }: DeskParts,
  actor: Actor,
  isEverybody: boolean,
): Promise<number> {
  const whose = isEverybody ? 'everybody' : ownOf(actor);
  if (whose === null) return 0;
  const { ended } = await store.write(async tx => ({ ended: await endBrowserSessions(tx, whose, now()) }));
  changed();
  return ended;
}
