/** Who acts, and what they may: what is known of a request once it is known whose it is. */
import type { AuditActor } from '#shared/audit.ts';
import type { PersonId, SessionId, TokenId } from '#shared/ids.ts';
import { allRights, isAdministrator, noRights, type Rights } from '#shared/roles.ts';

export type Who =
  | { kind: 'stranger' }
  /** The token in the coordinator's data directory (`session: null`), or a browser that came by its one-time link. */
  | { kind: 'root'; session: SessionId | null }
  | { kind: 'person'; person: PersonId; login: string; session: SessionId }
  | {
      kind: 'token';
      token: TokenId;
      name: string;
      /** A person acts by it; otherwise the program that has the name. */
      isPersonal: boolean;
      /** Whose rights bound it; null: the administrator of the coordinator. */
      maker: { person: PersonId; login: string } | null;
    };

export type Actor = { who: Who; rights: Rights };

export const stranger: Actor = { who: { kind: 'stranger' }, rights: noRights };

export const rootActor = (session: SessionId | null): Actor => ({
  who: { kind: 'root', session },
  rights: allRights,
});

/** The session of a browser; null for programs and strangers. */
export const sessionOf = ({ who }: Actor): SessionId | null => ('session' in who ? who.session : null);

/** Whoever may do everything is not counted, nor refused for the number of requests. */
export const isUnlimited = ({ rights }: Actor): boolean => isAdministrator(rights);

/** How somebody is called where it is written down who did something. */
export function nameOf(who: Who): string {
  switch (who.kind) {
    case 'stranger':
      return 'somebody unknown';
    case 'root':
      return 'the administrator';
    case 'person':
      return who.login;
    case 'token':
      return who.isPersonal && who.maker ? `${who.maker.login} by token ${who.name}` : `program ${who.name}`;
  }
}

/** The same in the audit log: with an id that stays when a name does not. */
export function auditActorOf(who: Who): AuditActor {
  switch (who.kind) {
    case 'stranger':
      return { kind: 'stranger', name: nameOf(who), id: null };
    case 'root':
      return { kind: who.session === null ? 'admin-token' : 'link', name: nameOf(who), id: who.session };
    case 'person':
      return { kind: 'person', name: who.login, id: who.person };
    case 'token':
      return { kind: 'token', name: nameOf(who), id: who.token };
  }
}
