/** The desk at which people see to tokens, sessions and roles. */
import { giveRole, listEverybody, takeRole } from '../access/people-desk.ts';
import { endAllSessions, endSession, listSessions } from '../access/session-desk.ts';
import { type DeskParts, listTokens, makeToken, revokeToken } from '../access/token-desk.ts';
import type { PeopleDesk } from '../http/parts.ts';

export const createAccessParts = (parts: DeskParts): PeopleDesk => ({
  tokens: (actor, isAll) => listTokens(parts, actor, isAll),
  makeToken: (actor, wish) => makeToken(parts, actor, wish),
  revokeToken: (actor, id) => revokeToken(parts, actor, id),
  sessions: (actor, isAll) => listSessions(parts, actor, isAll),
  endSession: (actor, id) => endSession(parts, actor, id),
  endSessions: (actor, isEverybody) => endAllSessions(parts, actor, isEverybody),
  list: () => listEverybody(parts),
  giveRole: (actor, wish) => giveRole(parts, actor, wish),
  takeRole: (_, which) => takeRole(parts, which),
});
