/**
 * The App that Paddock asks GitHub for, with as much as it needs and no more. Pure.
 * Source: https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters
 */
import { appEvents, appPermissions, signInEvents, signInPermissions } from '../../github/app-permissions.ts';
import { callbackUrl } from '../../github/sign-in-calls.ts';
import { hookUrl } from './examine-github.ts';

export type AppWish = {
  name: string;
  /** Where browsers and GitHub reach the coordinator. */
  url: string;
  hasWebhook: boolean;
};

export type Manifest = ReturnType<typeof manifestOf>;

/** `redirectUrl`: where GitHub sends the browser with the code. */
export const manifestOf = ({ name, url, hasWebhook }: AppWish, redirectUrl: string) => ({
  name,
  url,
  description: 'Tests every commit on every operating system.',
  public: false,
  redirect_url: redirectUrl,
  // Where people come back to who sign in; nobody is asked to when the App is installed.
  callback_urls: [callbackUrl(url)],
  request_oauth_on_install: false,
  // GitHub wants an address also for a webhook that is switched off.
  hook_attributes: { url: hookUrl(url), active: hasWebhook },
  default_permissions: Object.fromEntries(
    Object.entries({ ...appPermissions, ...signInPermissions }).map(([name, { level }]) => [name, level]),
  ),
  default_events: hasWebhook ? Object.keys({ ...appEvents, ...signInEvents }) : [],
});
