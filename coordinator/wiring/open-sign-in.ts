/** Signing in with GitHub, where the configuration has it. */
import { createForgeSignIn, type ForgeSignIn } from '../access/forge-sign-in.ts';
import { loadKey } from '../access/keys.ts';
import type { PeopleAccess } from '../access/people-access.ts';
import { createSignInTickets } from '../access/sign-in-tickets.ts';
import { openSignInCalls } from '../github/sign-in-calls.ts';
import type { Store } from '../store/store.ts';
import type { Brain } from './brain.ts';
import { createSignInForge } from './forge-people.ts';
import type { Scene } from './scene.ts';

type Parts = {
  store: Store;
  access: Pick<PeopleAccess, 'signIn' | 'changed'>;
  brain: Pick<Brain, 'forgeRoles'>;
  peopleUrl: string;
};

/** @throws AccessError */
export async function openSignIn(
  {
    config: { github, dataDir },
    logger,
    now,
    starting,
  }: Pick<Scene, 'config' | 'logger' | 'now' | 'starting'>,
  { store, access, brain, peopleUrl }: Parts,
): Promise<ForgeSignIn | null> {
  if (!github?.signIn || !brain.forgeRoles) return null;
  const calls = openSignInCalls({ baseUrl: github.api, now }, github.signIn);
  return createForgeSignIn({
    ...{ store, access, peopleUrl, now },
    forge: createSignInForge(calls, peopleUrl, logger),
    tickets: createSignInTickets(await loadKey(dataDir, 'sign-in'), peopleUrl.startsWith('https:')),
    lookAt: brain.forgeRoles.lookAt,
    closing: starting.signal,
  });
}
