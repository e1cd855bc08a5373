import { describe, expect, it } from 'vitest';
import {
  countLiveTokens,
  findTokenByHash,
  insertApiToken,
  listApiTokens,
  removeOldTokens,
  revokeApiToken,
  usedApiToken,
} from '#coordinator/store/api-tokens.ts';
import {
  endBrowserSession,
  endBrowserSessions,
  findBrowserSession,
  findSessionByHash,
  hasAnySession,
  insertBrowserSession,
  listBrowserSessions,
  removeOldSessions,
  saveSecrets,
  sawSession,
} from '#coordinator/store/browser-sessions.ts';
import {
  forgetForgeRoles,
  listForgeRoles,
  replaceForgeRoles,
  rolesOf,
} from '#coordinator/store/forge-roles.ts';
import {
  findPerson,
  findPersonOfForge,
  listPeople,
  listPeopleSignedIn,
  renamePerson,
  savePerson,
  sawPerson,
} from '#coordinator/store/people.ts';
import {
  countRoleGrants,
  deleteRoleGrant,
  listGrantsOf,
  listRoleGrants,
  saveRoleGrant,
} from '#coordinator/store/role-grants.ts';
import type { PersonId } from '#shared/ids.ts';
import { type OpenBench, useStore } from './bench.ts';
import { addRepository, at } from './sample-rows.ts';

const user = 9_007_199_254; // beyond 32 bits

const session = (hash: string, person: PersonId | null = null) => ({
  ...{ hash, person, browser: 'Firefox on Linux', createdAt: at, expiresAt: at + 1_000 },
});
const token = { name: 'nightly', kind: 'program', maker: null, role: 'viewer', pattern: 'acme/*' } as const;
const grant = { login: 'Kim', pattern: 'Acme/*', role: 'viewer', by: 'octocat', at } as const;

export function describePeople(name: string, openBench: OpenBench): void {
  describe(`${name}: people, sessions, tokens, roles`, () => {
    const lab = useStore(openBench);
    const save = (login: string, forgeUserId = user, when = at) =>
      lab.store.write(tx => savePerson(tx, { forgeUserId, login }, when));

    it('a person is known by the number of the forge, whatever they are called now', async () => {
      const first = await save('kim');
      const renamed = await save('kim-lee', user, at + 1);
      expect(renamed).toEqual({ ...first, login: 'kim-lee', lastSeenAt: at + 1 });
      await lab.store.write(tx => sawPerson(tx, first.id, at + 2));
      expect(await findPerson(lab.store.read, first.id)).toEqual({ ...renamed, lastSeenAt: at + 2 });
      expect((await listPeople(lab.store.read, 9)).map(({ id }) => id)).toEqual([first.id]);
    });

    it('what was granted to a name is theirs who sign in by it first, and of nobody who takes it later', async () => {
      const { store } = lab;
      await store.write(tx => saveRoleGrant(tx, grant));
      expect(await listRoleGrants(store.read)).toEqual([{ ...grant, person: null }]);
      const kim = await save('kim');
      expect(await listGrantsOf(store.read, kim.id)).toEqual([{ ...grant, person: kim.id }]);
      await save('kim-lee');
      const other = await save('kim', user + 1);
      expect(await listGrantsOf(store.read, other.id)).toEqual([]);
      expect(await listGrantsOf(store.read, kim.id)).toHaveLength(1);
    });

    it('a name has one role for a pattern, whatever the case of their letters', async () => {
      const { store } = lab;
      const kim = await save('KIM');
      await store.write(tx => saveRoleGrant(tx, grant));
      await store.write(tx => saveRoleGrant(tx, { ...grant, login: 'kiM', pattern: 'acme/*', role: 'none' }));
      expect(await listGrantsOf(store.read, kim.id)).toMatchObject([{ role: 'none', login: 'kiM' }]);
      expect(await countRoleGrants(store.read)).toBe(1);
      expect(await store.write(tx => deleteRoleGrant(tx, 'kim', 'ACME/*'))).toBe(true);
      expect(await store.write(tx => deleteRoleGrant(tx, 'kim', 'ACME/*'))).toBe(false);
    });

    it('what the forge says replaces what it said, and is old after a while', async () => {
      const { store } = lab;
      const kim = await save('kim');
      const [a, b] = await store.write(async tx => [
        await addRepository(tx, { fullName: 'acme/a' }),
        await addRepository(tx, { fullName: 'acme/b' }),
      ]);
      if (!a || !b) throw new Error('two repositories');
      const say = (repositoryId: typeof a.id, role: 'viewer' | 'admin', when: number) =>
        store.write(tx => replaceForgeRoles(tx, kim.id, [{ repositoryId, role }], when));
      await say(a.id, 'viewer', at);
      await say(b.id, 'admin', at + 5);
      const said = { repositoryId: b.id, role: 'admin', checkedAt: at + 5, fullName: 'acme/b' };
      expect(await rolesOf(store.read, kim.id, at + 5)).toEqual([said]);
      expect(await rolesOf(store.read, kim.id, at + 6)).toEqual([]);
      const { fullName, role, checkedAt } = said;
      expect(await listForgeRoles(store.read, at + 5, 9)).toEqual([
        { person: kim.id, fullName, role, checkedAt },
      ]);
      expect(await listForgeRoles(store.read, at + 6, 9)).toEqual([]);
      expect(await listForgeRoles(store.read, at + 5, 0)).toEqual([]);
    });

    it('what the forge said is forgotten of a repository or an owner, of one person or everybody', async () => {
      const { store } = lab;
      const people = [await save('kim'), await save('lee', user + 1)];
      const names = ['acme/a', 'Acme/B', 'acmes/c', 'ac_e/d'];
      const repositories = await store.write(tx =>
        Promise.all(names.map(fullName => addRepository(tx, { fullName }))),
      );
      const left = async () =>
        Promise.all(
          people.map(async ({ id }) =>
            (await rolesOf(store.read, id, at)).map(({ fullName }) => fullName).sort(),
          ),
        );
      await store.write(async tx => {
        const roles = repositories.map(({ id: repositoryId }) => ({ repositoryId, role: 'admin' as const }));
        for (const { id } of people) await replaceForgeRoles(tx, id, roles, at);
      });
      const forget = (...what: [PersonId | null, Parameters<typeof forgetForgeRoles>[2]]) =>
        store.write(tx => forgetForgeRoles(tx, ...what));
      const [kim, lee] = people;
      if (!kim || !lee) throw new Error('two people');
      await forget(kim.id, { repository: 'ACME/A' });
      expect(await left()).toEqual([
        ['Acme/B', 'ac_e/d', 'acmes/c'],
        ['Acme/B', 'ac_e/d', 'acme/a', 'acmes/c'],
      ]);
      await forget(null, { owner: 'aCme' });
      expect(await left()).toEqual([
        ['ac_e/d', 'acmes/c'],
        ['ac_e/d', 'acmes/c'],
      ]);
      await forget(lee.id, { owner: 'ac_e' });
      await forget(null, { repository: 'acme/nowhere' });
      expect(await left()).toEqual([['ac_e/d', 'acmes/c'], ['acmes/c']]);
    });

    it('whoever takes the name of another is not taken for them, nor they for whoever has it now', async () => {
      const { store } = lab;
      const kim = await save('kim');
      const other = await save('Kim', user + 1);
      expect(other.id).not.toBe(kim.id);
      expect((await findPerson(store.read, kim.id))?.login).toBe(`kim#${user}`);
      await store.write(tx => saveRoleGrant(tx, grant));
      expect(await listGrantsOf(store.read, other.id)).toHaveLength(1);
      await store.write(tx => renamePerson(tx, kim.id, 'kim-lee'));
      expect(await findPersonOfForge(store.read, user)).toMatchObject({ id: kim.id, login: 'kim-lee' });
      expect(await findPersonOfForge(store.read, user + 2)).toBe(null);
    });

    it('who is signed in has a session that is open, or made a token that counts', async () => {
      const { store } = lab;
      const [kim, lee, robin, mika] = await Promise.all(
        ['kim', 'lee', 'robin', 'mika'].map((login, n) => save(login, user + n)),
      );
      if (!kim || !lee || !robin || !mika) throw new Error('four people');
      await store.write(async tx => {
        await insertBrowserSession(tx, session('a', kim.id));
        await insertBrowserSession(tx, session('b', kim.id));
        await insertApiToken(tx, 'hash', { ...token, maker: lee.id, createdAt: at, expiresAt: at + 1_000 });
        const over = await insertBrowserSession(tx, session('c', robin.id));
        await endBrowserSession(tx, over.id, at);
      });
      const signedIn = async (now: number, idleSince = at - 1) =>
        (await listPeopleSignedIn(store.read, { now, idleSince, max: 9 })).map(({ login }) => login).sort();
      expect(await signedIn(at)).toEqual(['kim', 'lee']);
      expect(await signedIn(at, at)).toEqual(['lee']);
      expect(await signedIn(at + 1_000)).toEqual([]);
    });

    it('a session is found by each of its secrets, and its secrets change once of two who try', async () => {
      const { store } = lab;
      const made = await store.write(tx => insertBrowserSession(tx, session('one')));
      const secrets = { ...made, nextHash: 'two', nextAt: at, previousHash: 'zero', previousUntil: at };
      const change = () => store.write(tx => saveSecrets(tx, made.id, made, secrets));
      expect([await change(), await change()]).toEqual([true, false]);
      for (const hash of ['one', 'two', 'zero'])
        expect(await findSessionByHash(store.read, hash)).toEqual(secrets);
      expect(await findSessionByHash(store.read, 'three')).toBe(null);
      await store.write(tx => sawSession(tx, made.id, at + 9));
      expect(await findBrowserSession(store.read, made.id)).toMatchObject({ lastSeenAt: at + 9 });
    });

    it('sessions end one by one, all of one person, or all', async () => {
      const { store } = lab;
      const { id } = await save('kim');
      const [first] = await store.write(async tx => [
        await insertBrowserSession(tx, session('a', id)),
        await insertBrowserSession(tx, session('b', id)),
        await insertBrowserSession(tx, session('c')),
        await insertBrowserSession(tx, session('d')),
      ]);
      if (!first) throw new Error('four sessions');
      const end = () => store.write(tx => endBrowserSession(tx, first.id, at + 1));
      expect([await end(), await end()]).toEqual([true, false]);
      expect(await store.write(tx => endBrowserSessions(tx, { person: id }, at + 2))).toBe(1);
      expect(await store.write(tx => endBrowserSessions(tx, { person: null }, at + 2))).toBe(2);
      expect(await store.write(tx => endBrowserSessions(tx, 'everybody', at + 2))).toBe(0);
      const mine = await listBrowserSessions(store.read, { person: id }, 9);
      expect(mine.map(({ hash, endedAt }) => [hash, endedAt])).toEqual([
        ['b', at + 2],
        ['a', at + 1],
      ]);
      expect(await listBrowserSessions(store.read, 'everybody', 3)).toHaveLength(3);
    });

    it('old sessions go, but for the newest: that somebody has signed in is remembered', async () => {
      const { store } = lab;
      expect(await hasAnySession(store.read)).toBe(false);
      await store.write(tx => removeOldSessions(tx, at));
      for (const hash of ['a', 'b']) await store.write(tx => insertBrowserSession(tx, session(hash)));
      await store.write(tx => removeOldSessions(tx, at + 1_000));
      expect(await listBrowserSessions(store.read, 'everybody', 9)).toHaveLength(2);
      await store.write(tx => removeOldSessions(tx, at + 1_001));
      expect((await listBrowserSessions(store.read, 'everybody', 9)).map(({ hash }) => hash)).toEqual(['b']);
      expect(await hasAnySession(store.read)).toBe(true);
    });

    it('a token is found by its hash, used, revoked once, and removed when it was over long ago', async () => {
      const { store } = lab;
      const { id } = await save('kim');
      const times = { createdAt: at, expiresAt: at + 1_000 };
      const made = await store.write(tx => insertApiToken(tx, 'hash', { ...token, ...times }));
      await store.write(tx =>
        insertApiToken(tx, 'other', { ...token, ...times, maker: id, kind: 'personal' }),
      );
      await store.write(tx => usedApiToken(tx, made.id, at + 1));
      expect(await countLiveTokens(store.read, at)).toBe(2);
      const revoke = () => store.write(tx => revokeApiToken(tx, made.id, at + 2));
      expect([await revoke(), await revoke()]).toEqual([true, false]);
      const now = { ...made, lastUsedAt: at + 1, revokedAt: at + 2 };
      expect(await findTokenByHash(store.read, 'hash')).toEqual(now);
      expect(await countLiveTokens(store.read, at)).toBe(1);
      expect(await countLiveTokens(store.read, at + 1_000)).toBe(0);
      expect(await listApiTokens(store.read, { maker: null }, 9)).toEqual([now]);
      expect(await listApiTokens(store.read, { maker: id }, 9)).toMatchObject([{ kind: 'personal' }]);
      await store.write(tx => removeOldTokens(tx, at + 3));
      expect(await listApiTokens(store.read, 'everybody', 9)).toHaveLength(1);
    });
  });
}
