/** With what calls to GitHub are made: a token of a person, or those of an App's installations. */
import * as z from 'zod';
import { checkToken, type ForgeCalls } from './forge-call.ts';

export type ForgeCredentials = {
  /** The token for all that is about this repository. Throws like a call. */
  tokenFor(fullName: string, signal?: AbortSignal): Promise<string>;
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
