/** How GitHub is reached: as an App, or by a token of a person. A part of the configuration. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import { type ReadSecret, secretSource } from './secret.ts';
import { webUrl } from './web-url.ts';

const app = z.strictObject({
  id: z.number().int().positive().describe('the number that GitHub shows on the page of the App'),
  'private-key': secretSource.describe('the PEM file that GitHub gives out once'),
  installation: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('default: found for each repository, so that one App serves many accounts'),
});

const signIn = z.strictObject({
  'client-id': z
    .string()
    .regex(/^[\w.-]{4,100}$/, 'expected the "Client ID" of the App, as `Iv23…`')
    .describe('what GitHub shows on the page of the App as "Client ID"'),
  'client-secret': secretSource.describe('one that was made there, under "Client secrets"'),
});

export const github = z
  .strictObject({
    api: webUrl.default('https://api.github.com').describe('`https://HOST/api/v3` of an Enterprise server'),
    token: secretSource
      .optional()
      .describe('posts statuses, reads pull requests, fetches private repositories; in place of an App'),
    app: app
      .optional()
      .describe('an App of yours on GitHub: short-lived tokens, for each account that it is installed on'),
    'webhook-secrets': z
      .array(secretSource)
      .min(1)
      .max(2)
      .optional()
      .describe(
        'one, or two while the secret is being changed; without any GitHub is asked every 30 seconds what is new',
      ),
    'sign-in': signIn
      .optional()
      .describe(
        'people sign in with GitHub, by this App or by an OAuth App, whose callback URL is `<url>/sign-in/github/callback`',
      ),
  })
  .refine(({ token, app }) => (token === undefined) !== (app === undefined), {
    error: 'expected either `token` or `app`, and not both',
  });

export type GithubAccess =
  | { type: 'token'; token: string }
  | { type: 'app'; id: number; privateKey: KeyObject; installation: number | null };

export type GithubConfig = {
  api: string;
  access: GithubAccess;
  /** Null: no webhook comes. */
  webhookSecrets: string[] | null;
  /** Null: nobody signs in with GitHub. */
  signIn: { clientId: string; clientSecret: string } | null;
};

/** Secrets had, the key read; what is wrong is noted among the problems. */
export async function resolveGithub(
  parsed: z.output<typeof github>,
  secret: ReadSecret,
  problems: string[],
): Promise<GithubConfig> {
  const access = await accessOf(parsed, secret, problems);
  const named = parsed['webhook-secrets']?.map((source, index) =>
    secret(`github.webhook-secrets[${index}]`, source),
  );
  const signIn = await signInOf(parsed, secret);
  return { api: parsed.api, access, webhookSecrets: named ? await Promise.all(named) : null, signIn };
}

async function signInOf(
  { 'sign-in': given }: z.output<typeof github>,
  secret: ReadSecret,
): Promise<GithubConfig['signIn']> {
  if (!given) return null;
  const clientSecret = await secret('github.sign-in.client-secret', given['client-secret']);
  return { clientId: given['client-id'], clientSecret };
}

async function accessOf(
  { token, app }: z.output<typeof github>,
  secret: ReadSecret,
  problems: string[],
): Promise<GithubAccess> {
  if (!app) return { type: 'token', token: token ? await secret('github.token', token) : '' };
  const where = 'github.app.private-key';
  const pem = await secret(where, app['private-key']);
  const privateKey = readKey(pem);
  if (pem !== '' && privateKey === null)
    problems.push(`${where}: that is no RSA key; it is the PEM file that GitHub gave out for the App`);
  // Without a key a problem was noted, and the configuration is never used.
  if (privateKey === null) return { type: 'token', token: '' };
  return { type: 'app', id: app.id, privateKey, installation: app.installation ?? null };
}

function readKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : null;
  } catch {
    return null; // the caller says so, without a word of what may be a secret
  }
}

/** Everything but the secrets themselves. */
export const maskGithub = ({
  api,
  access,
  webhookSecrets,
  signIn,
}: GithubConfig): Record<string, unknown> => ({
  api,
  access:
    access.type === 'token'
      ? { type: 'token', token: '(secret)' }
      : { type: 'app', id: access.id, privateKey: '(secret)', installation: access.installation },
  webhookSecrets: webhookSecrets?.map(() => '(secret)') ?? null,
  signIn: signIn && { clientId: signIn.clientId, clientSecret: '(secret)' },
});
