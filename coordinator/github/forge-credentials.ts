/** With what calls to GitHub are made: a token of a person, or those of an App's installations. */
import * as z from 'zod';
import type { Instant } from '#shared/ids.ts';
import type { Permissions } from './app-permissions.ts';
import { checkToken, type ForgeCalls } from './forge-call.ts';

/** An account that has the App installed. */
export type Installation = {
  id: number;
  /** Null: an enterprise. */
  login: string | null;
  permissions: Permissions;
};

/** What an App has beyond a token. */
export type AppStanding = {
  id: number;
  /** Where it may work: those that are suspended are left out. Throws like a call. */
  installations(signal?: AbortSignal): Promise<Installation[]>;
  /** Which installations a token is kept of, and until when. */
  held(): Promise<{ installation: number; until: Instant }[]>;
};

export type ForgeCredentials = {
  /**
   * The token for all that is about this repository, by its full name, or for what an installation of the App has; null: for
   * what a person has, who has but one token. Throws like a call.
   */
  tokenFor(whose: string | Installation | null, signal?: AbortSignal): Promise<string>;
  /** Null: a token of a person. */
  app: AppStanding | null;
  /** GitHub has refused it. */
  forget(token: string): void;
  /** Under which name we write. Throws like a call. */
  login(signal?: AbortSignal): Promise<string>;
};

const userAnswer = z.object({ login: z.string().min(1) });

/** Throws a plain error for a token that cannot be one. */
export function tokenCredentials({ call, unexpected }: ForgeCalls, token: string): ForgeCredentials {
  checkToken(token);
  return {
    tokenFor: async () => token,
    app: null,
    forget() {},
    async login(signal) {
      const what = 'question for whose token it is';
      const answer = await call(
        { what, signal, make: (octokit, request) => octokit.request('GET /user', { request }) },
        token,
      );
      const user = userAnswer.safeParse(answer.data);
      if (!user.success) throw unexpected(what, answer, 'the answer is not an account');
      return user.data.login;
    },
  };
}
