/** By what people of a test sign in with GitHub, and what GitHub says of them; as the composition root makes it. */
import type { Logger } from 'pino';
import { type ForgeRoles, startForgeRoles } from '#coordinator/access/forge-roles.ts';
import type { ForgeSignIn } from '#coordinator/access/forge-sign-in.ts';
import type { PeopleAccess } from '#coordinator/access/people-access.ts';
import { parseConfig } from '#coordinator/config/config.ts';
import { createForgeClient } from '#coordinator/github/forge-client.ts';
import type { Role } from '#coordinator/store/roles.ts';
import type { Store } from '#coordinator/store/store.ts';
import { createRolePorts } from '#coordinator/wiring/forge-people.ts';
import { openSignIn } from '#coordinator/wiring/open-sign-in.ts';
import type { FakeGithub } from '#test/support/fake-github/fake-github.ts';

export const [clientId, clientSecret] = ['Iv1.of-the-tests', 'client-secret-of-the-tests'];

type Parts = {
  dir: string;
  store: Store;
  role: Role;
  access: PeopleAccess;
  listener: { url: string };
  logger: Logger;
  clock: { now: number };
};

export type GithubOfPeople = { signIn: ForgeSignIn | null; roles: ForgeRoles; close(): Promise<void> };

/** The fake GitHub knows the App, and where it sends people back to. */
export async function openGithubOfPeople(
  fake: FakeGithub,
  { dir, store, role, access, listener: { url }, logger, clock }: Parts,
): Promise<GithubOfPeople> {
  const now = () => clock.now;
  fake.github.offerSignIn({ clientId, clientSecret, callbackUrls: [`${url}/sign-in/github/callback`] });
  const config = await parseConfig({
    file: null,
    text: `github: { api: '${fake.baseUrl}', token: { env: TOKEN }, sign-in: { client-id: ${clientId}, client-secret: { env: CLIENT } } }`,
    directory: dir,
    env: { TOKEN: fake.token, CLIENT: clientSecret, PADDOCK_DATA: dir },
  });
  const client = createForgeClient({ baseUrl: fake.baseUrl, token: fake.token, now });
  const forgeRoles = startForgeRoles({
    ...{ store, role, now, forge: createRolePorts(client), changed: access.changed, report: logger },
    // Goes as the test's own clock does.
    monotonicMs: now,
  });
  const starting = new AbortController();
  const parts = { store, access, brain: { forgeRoles }, peopleUrl: url };
  return {
    signIn: await openSignIn({ config, logger, now, starting }, parts),
    roles: forgeRoles,
    async close() {
      starting.abort();
      await forgeRoles.close();
    },
  };
}
