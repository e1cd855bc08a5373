/**
 * What signing in asks GitHub: the page that a browser is sent to, and from server to server the exchange of the code, whose
 * token it is, and its end. An App of GitHub and an OAuth App speak alike here.
 * Sources: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 * and https://docs.github.com/rest/apps/oauth-applications
 */
import * as z from 'zod';
import { login } from '#shared/people-api.ts';
import { ForgeError } from './errors.ts';
import { createCalls, type ForgePlace } from './forge-call.ts';
import { webOf } from './github-pages.ts';

export type SignInApp = { clientId: string; clientSecret: string };

/** Who somebody is: the number is theirs for ever, the name is not. */
export type Account = { id: number; login: string };

export type SignInCalls = ReturnType<typeof openSignInCalls>;

/** Where GitHub sends a browser back to; it is written on the App's page. */
export const callbackUrl = (url: string): string =>
  `${url.replace(/(?<!\/)\/+$/, '')}/sign-in/github/callback`;

/** GitHub says with 200 that it refuses. */
const refusal = z.object({ error: z.string(), error_description: z.string().optional() });
const given = z.object({ access_token: z.string().min(1), token_type: z.string() });
const account = z.object({ id: z.number().int().positive(), login });

/** Every call throws `ForgeError`, whose words hold no code, secret or token, or the signal's reason. */
export function openSignInCalls(place: ForgePlace, { clientId, clientSecret }: SignInApp) {
  const pages = createCalls({ ...place, baseUrl: webOf(place.baseUrl) });
  const api = createCalls(place);
  const basic = `basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;

  return {
    /** The page at which somebody says yes. */
    authorizeUrl({
      state,
      challenge,
      redirectUri,
    }: Record<'state' | 'challenge' | 'redirectUri', string>): string {
      const url = new URL(`${webOf(place.baseUrl)}/login/oauth/authorize`);
      const query = { client_id: clientId, redirect_uri: redirectUri, state, code_challenge: challenge };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      url.searchParams.set('code_challenge_method', 'S256');
      return url.href;
    },

    /** A code is good once, for ten minutes, and with the verifier of its challenge. */
    async exchange(
      { code, verifier, redirectUri }: Record<'code' | 'verifier' | 'redirectUri', string>,
      signal?: AbortSignal,
    ): Promise<string> {
      const what = 'exchange of the code of somebody who signs in';
      const fields = {
        ...{ client_id: clientId, client_secret: clientSecret, code },
        ...{ redirect_uri: redirectUri, code_verifier: verifier },
      };
      const answer = await pages.call(
        {
          what,
          signal,
          make: (octokit, request) =>
            octokit.request('POST /login/oauth/access_token', {
              ...fields,
              headers: { accept: 'application/json' },
              request,
            }),
        },
        null,
      );
      const refused = refusal.safeParse(answer.data);
      if (refused.success) throw refusedBy(what, refused.data.error);
      const read = given.safeParse(answer.data);
      if (!read.success) throw pages.unexpected(what, answer, 'the answer is no token');
      return read.data.access_token;
    },

    /** Whose token it is. */
    async about(token: string, signal?: AbortSignal): Promise<Account> {
      const what = 'question for who signs in';
      const answer = await api.call(
        { what, signal, make: (octokit, request) => octokit.request('GET /user', { request }) },
        token,
      );
      const read = account.safeParse(answer.data);
      if (!read.success) throw api.unexpected(what, answer, 'the answer is not an account');
      return read.data;
    },

    /** The token is worth nothing from now on. */
    async revoke(token: string): Promise<void> {
      await api.call(
        {
          what: 'end of the token of somebody who signs in',
          signal: undefined,
          make: (octokit, request) =>
            octokit.request('DELETE /applications/{client_id}/token', {
              ...{ client_id: clientId, access_token: token },
              headers: { authorization: basic },
              request,
            }),
        },
        null,
      );
    },

    /** Whether id and secret belong together: GitHub knows no such token where they do. */
    async isRightSecret(signal?: AbortSignal): Promise<boolean> {
      const asked = api.call(
        {
          what: 'question whether the secret of signing in is right',
          signal,
          make: (octokit, request) =>
            octokit.request('POST /applications/{client_id}/token', {
              ...{ client_id: clientId, access_token: 'paddock-asks-whether-its-secret-is-right' },
              headers: { authorization: basic },
              request,
            }),
        },
        null,
      );
      return asked.then(
        () => true,
        error => {
          if (!(error instanceof ForgeError)) throw error;
          if (error.code === 'not-found' || error.code === 'rejected') return true;
          if (error.code === 'unauthorized') return false;
          throw error;
        },
      );
    },
  };
}

/** GitHub's word, such as `bad_verification_code`, made fit for a sentence. */
function refusedBy(what: string, error: string): ForgeError {
  const words = error.replace(/\W/g, '?').slice(0, 60);
  return new ForgeError({
    code: error === 'incorrect_client_credentials' ? 'unauthorized' : 'rejected',
    retry: 'never',
    isForgeWide: false,
    status: 200,
    requestId: null,
    message: `${what} was refused by GitHub (${words})`,
  });
}
