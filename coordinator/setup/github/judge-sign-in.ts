/** Whether people can sign in with GitHub, as far as GitHub tells. */
import type { Finding } from '#shared/diagnosis.ts';
import type { GithubConfig } from '../../config/github.ts';
import type { AppFacts } from '../../github/app-calls.ts';
import { missingSignInEvents, signInEvents } from '../../github/app-permissions.ts';
import { pages, webOf } from '../../github/github-pages.ts';
import { callbackUrl, openSignInCalls } from '../../github/sign-in-calls.ts';
import { good, warning } from '../doctor/finding.ts';
import { organizationOf } from './judge-app.ts';

const about = 'signing in';

/** `app`: null, where a token is used. Throws like a call. */
export async function examineSignIn(
  { api, signIn, webhookSecrets }: GithubConfig,
  url: string | null,
  app: AppFacts | null,
  signal: AbortSignal | undefined,
): Promise<Finding[]> {
  if (signIn === null)
    return [good(about, 'not set up (`github.sign-in`): browsers come by the link of `paddock open`')];
  if (url === null)
    return [warning(about, 'GitHub sends browsers back to no address: `url` is missing', 'set `url`')];
  if (!(await openSignInCalls({ baseUrl: api }, signIn).isRightSecret(signal)))
    return [
      warning(
        about,
        'GitHub does not take the client secret: nobody can sign in with it',
        'make another under "Client secrets" on the page of the App, for `github.sign-in`',
      ),
    ];
  const set = good(
    about,
    `by ${signIn.clientId}; on its page the callback URL has to be ${callbackUrl(url)}`,
  );
  return app && webhookSecrets !== null ? [set, ...untold(app, webOf(api))] : [set];
}

/** One for all of them: they are ticked on the same page. */
function untold(app: AppFacts, web: string): Finding[] {
  const missing = missingSignInEvents(app.events);
  const [first] = missing;
  if (first === undefined) return [];
  const titles = missing.map(name => `"${signInEvents[name].title}"`).join(', ');
  return [
    warning(
      about,
      `the App is not told of ${titles}: ${signInEvents[first].without}`,
      `give it "Members" (read), tick them under "Subscribe to events": ${pages.permissions(web, organizationOf(app), app.slug)}`,
    ),
  ];
}
