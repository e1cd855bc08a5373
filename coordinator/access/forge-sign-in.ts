/**
 * Signing in by a forge: a browser is sent there and comes back with a code, and whoever the forge says it is gets a session.
 * Who may do what is another matter: anybody may sign in.
 */
import type { IncomingMessage } from 'node:http';
import type { Instant, PersonId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { savePerson } from '../store/people.ts';
import type { Store } from '../store/store.ts';
import { AccessRefused } from './errors.ts';
import type { PeopleAccess } from './people-access.ts';
import type { SignInTickets } from './sign-in-tickets.ts';

/** What the forge does in it. */
export type SignInForge = {
  authorizeUrl(asked: { state: string; challenge: string }): string;
  /**
   * Whose code it is; whatever was given for it is worth nothing afterwards.
   * @throws AccessRefused `not-by-forge` the forge takes code or verifier for none; `forge-unavailable`
   */
  whoIs(code: string, verifier: string, signal: AbortSignal): Promise<{ id: number; login: string }>;
};

export type ForgeSignIn = {
  /** Where the browser is sent, with what it carries. */
  begin(to: string | undefined): { location: string; setCookie: string };
  /** @throws AccessRefused */
  finish(
    answer: ForgeSignInAnswer,
    request: IncomingMessage,
  ): Promise<{ location: string; setCookies: string[] }>;
  /** Where a browser begins. */
  readonly url: string;
};

/** What the forge has the browser say. */
export type ForgeSignInAnswer = {
  code?: string | undefined;
  state?: string | undefined;
  error?: string | undefined;
};

type Parts = {
  store: Store;
  access: Pick<PeopleAccess, 'signIn' | 'changed'>;
  forge: SignInForge;
  tickets: SignInTickets;
  /** Without a slash at its end. */
  peopleUrl: string;
  /** Asks the forge what somebody may, for a moment at most. */
  lookAt(person: PersonId, signal: AbortSignal): Promise<void>;
  closing: AbortSignal;
  now: () => Instant;
};

export function createForgeSignIn(parts: Parts): ForgeSignIn {
  const { store, access, forge, tickets, peopleUrl, closing, now } = parts;
  let underWay = 0;

  /** Synchronous until the ticket is used: of two that come at once one goes on. */
  async function finish({ code, state, error }: ForgeSignInAnswer, request: IncomingMessage) {
    if (underWay >= limits.signInsAtOnce) throw new AccessRefused('too-many-sign-ins');
    const ticket = tickets.use(request.headers.cookie, state ?? '', now());
    if (!ticket) throw new AccessRefused('not-begun-here');
    if (error !== undefined || !isCode(code)) throw new AccessRefused('not-by-forge');
    underWay += 1;
    try {
      const { id: forgeUserId, login } = await forge.whoIs(code, ticket.verifier, closing);
      const person = await store.write(tx => savePerson(tx, { forgeUserId, login }, now()));
      // What was read of somebody by their old name.
      access.changed();
      await parts.lookAt(person.id, closing);
      const { setCookie } = await access.signIn(person.id, request);
      return { location: `${peopleUrl}${ticket.to}`, setCookies: [setCookie, tickets.forget] };
    } finally {
      underWay -= 1;
    }
  }

  return {
    begin(to) {
      const { setCookie, state, challenge } = tickets.make(to, now());
      return { location: forge.authorizeUrl({ state, challenge }), setCookie };
    },
    finish,
    url: `${peopleUrl}/sign-in/github`,
  };
}

/** GitHub's own are hex. */
const isCode = (code: string | undefined): code is string => /^[\w-]{8,200}$/.test(code ?? '');
