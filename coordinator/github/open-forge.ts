/** Calls to GitHub, each with the credential of the repository that it is about. */
import type { z } from 'zod';
import { appCredentials } from './app-credentials.ts';
import type { App } from './app-token.ts';
import { ForgeError } from './errors.ts';
import {
  createCalls,
  type ForgeAnswer,
  type ForgeCalls,
  type ForgePlace,
  type ForgeRequest,
} from './forge-call.ts';
import { type ForgeCredentials, type Installation, tokenCredentials } from './forge-credentials.ts';

export type ForgeAccess = ForgePlace & ({ token: string } | { app: App } | { credentials: ForgeCredentials });

/** The repository it is about, or the account: an installation of the App, or null with a token of a person. */
export type ForgeCall = ForgeRequest & ({ fullName: string } | { installation: Installation | null });

export type Forge = {
  /** Throws `ForgeError` for whatever is not a success, or the signal's reason when the caller gave up. */
  call: (call: ForgeCall) => Promise<ForgeAnswer>;
  /** A call, and its answer as `schema` reads it. `words` say what it should have been. */
  ask: <Schema extends z.ZodType>(
    call: ForgeCall,
    schema: Schema,
    words: string,
  ) => Promise<z.output<Schema>>;
  unexpected: ForgeCalls['unexpected'];
  /** Under which name we write. */
  login: ForgeCredentials['login'];
  /** Null: a token of a person. */
  app: ForgeCredentials['app'];
};

/** Makes no call yet. Throws a plain error for a token that cannot be one. */
export function openCredentials(
  access: Exclude<ForgeAccess, { credentials: ForgeCredentials }>,
): ForgeCredentials {
  const calls = createCalls(access);
  return 'app' in access
    ? appCredentials(calls, access.app, access.now ?? Date.now)
    : tokenCredentials(calls, access.token);
}

/** Makes no call yet. Throws a plain error for a token that cannot be one. */
export function openForge(access: ForgeAccess): Forge {
  const credentials = 'credentials' in access ? access.credentials : openCredentials(access);
  const calls = createCalls(access);
  async function call(request: ForgeCall): Promise<ForgeAnswer> {
    const whose = 'fullName' in request ? request.fullName : request.installation;
    const token = await credentials.tokenFor(whose, request.signal);
    try {
      return await calls.call(request, token);
    } catch (error) {
      if (error instanceof ForgeError && error.code === 'unauthorized') credentials.forget(token);
      throw error;
    }
  }
  return {
    call,
    unexpected: calls.unexpected,
    login: credentials.login,
    app: credentials.app,
    async ask(request, schema, words) {
      const answer = await call(request);
      const read = schema.safeParse(answer.data);
      if (!read.success) throw calls.unexpected(request.what, answer, `the answer is not ${words}`);
      return read.data;
    },
  };
}
