/** What access asks of GitHub about people, in access's own words for what can go wrong. */
import { limits } from '#shared/limits.ts';
import { AccessRefused, RolesUnanswered } from '../access/errors.ts';
import type { ForgeRolePorts } from '../access/forge-roles.ts';
import type { SignInForge } from '../access/forge-sign-in.ts';
import { ForgeError } from '../github/errors.ts';
import type { ForgeClient } from '../github/forge-client.ts';
import { callbackUrl, type SignInCalls } from '../github/sign-in-calls.ts';

type Report = { warn(fields: object, message: string): void };

export const createRolePorts = (client: Pick<ForgeClient, 'roleIn' | 'loginOf'>): ForgeRolePorts => ({
  roleIn: (fullName, account, signal) => client.roleIn(fullName, account, signal).catch(unanswered),
  loginOf: (fullName, id, signal) => client.loginOf(fullName, id, signal).catch(unanswered),
});

function unanswered(error: unknown): never {
  if (!(error instanceof ForgeError)) throw error;
  const { message, isForgeWide, retry } = error;
  const retryMs = typeof retry === 'object' ? retry.afterMs : limits.roleTickMs;
  throw new RolesUnanswered(message, { isForgeWide, retryMs }, error);
}

export function createSignInForge(calls: SignInCalls, peopleUrl: string, report: Report): SignInForge {
  const redirectUri = callbackUrl(peopleUrl);

  /** It is written nowhere, and GitHub ends it within hours by itself. */
  const revoke = (token: string): Promise<void> =>
    calls.revoke(token).catch(error => {
      if (!(error instanceof ForgeError)) throw error;
      report.warn({ err: error }, 'the token of somebody who signed in could not be ended');
    });

  return {
    authorizeUrl: asked => calls.authorizeUrl({ ...asked, redirectUri }),
    async whoIs(code, verifier, signal) {
      try {
        const token = await calls.exchange({ code, verifier, redirectUri }, signal);
        try {
          return await calls.about(token, signal);
        } finally {
          await revoke(token);
        }
      } catch (error) {
        throw inOurWords(error, report);
      }
    },
  };
}

/** Whoever signs in is told whether to try again; the reason is for the log. */
function inOurWords(error: unknown, report: Report): unknown {
  if (!(error instanceof ForgeError)) return error;
  report.warn({ err: error }, `somebody could not sign in: ${error.message}`);
  return new AccessRefused(error.code === 'rejected' ? 'not-by-forge' : 'forge-unavailable');
}
