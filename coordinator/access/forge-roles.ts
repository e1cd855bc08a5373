/**
 * What a forge says of people in its repositories, kept fresh for those who are signed in or have a token. One person is looked
 * at after another; what they may is replaced when all was answered, or not at all, and is too old to count after
 * `forgeRoleTrustMs`. Who was looked at when is known in memory only: after a restart everybody is looked at.
 *
 * A webhook that takes a role away is believed at once, in its own transaction. A look that was under way then has perhaps
 * heard of the role before: it is thrown away, and made again.
 */
import type { Instant, PersonId, RepositoryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Role } from '#shared/roles.ts';
import { startDeadline } from '../ground/deadline.ts';
import { type Loop, startLoop } from '../ground/loop.ts';
import { forgetForgeRoles, type RolePlace, replaceForgeRoles, rolesOf } from '../store/forge-roles.ts';
import {
  findPerson,
  findPersonOfForge,
  listPeopleSignedIn,
  type Person,
  renamePerson,
} from '../store/people.ts';
import { listRepositories, type Repository } from '../store/repositories.ts';
import { assertRole, type Role as Held } from '../store/roles.ts';
import type { Store, Tx } from '../store/store.ts';
import { createCallBudget } from './call-budget.ts';
import { RolesUnanswered } from './errors.ts';
import { createLookBook } from './look-book.ts';

export type ForgeRolePorts = {
  /** Null: none, or the forge does not show it. @throws RolesUnanswered */
  roleIn(fullName: string, account: { id: number; login: string }, signal: AbortSignal): Promise<Role | null>;
  /** What the account of that number is called now; null: it is not said. @throws RolesUnanswered */
  loginOf(fullName: string, id: number, signal: AbortSignal): Promise<string | null>;
};

export type ForgeRoles = Loop & {
  /** Has somebody looked at before all others; resolves when that is done, has failed, or takes too long. */
  lookAt(person: PersonId, signal: AbortSignal): Promise<void>;
  /**
   * The forge has told that a role is another one. `isLess`: what was known there does not count from this transaction on.
   * `forgeUserId` null: it may concern anybody.
   */
  heardOf(tx: Tx, heard: { forgeUserId: number | null; place: RolePlace; isLess: boolean }): Promise<void>;
};

type Parts = {
  store: Store;
  role: Held;
  forge: ForgeRolePorts;
  /** Somebody's rights are others from now on. */
  changed(): void;
  report: { warn(fields: object, message: string): void };
  now: () => Instant;
  monotonicMs: () => number;
};

type Found = { repositoryId: RepositoryId; role: Role }[];

export function startForgeRoles(parts: Parts): ForgeRoles {
  const { store, forge, now, monotonicMs } = parts;
  const book = createLookBook();
  const budget = createCallBudget(limits.roleCallsPerHour, monotonicMs);
  const waiting = new Map<PersonId, PromiseWithResolvers<void>>();

  async function rolesAt(
    { forgeUserId, ...person }: Person,
    repositories: readonly Repository[],
    signal: AbortSignal,
  ): Promise<{ login: string; found: Found }> {
    const [first] = repositories;
    if (forgeUserId === null || !first) return { login: person.login, found: [] };
    const login = (await forge.loginOf(first.fullName, forgeUserId, signal)) ?? person.login;
    const found: Found = [];
    const left = [...repositories];
    const lane = async () => {
      for (let next = left.shift(); next; next = left.shift()) {
        const role = await forge.roleIn(next.fullName, { id: forgeUserId, login }, signal);
        // Of a public repository everybody is a reader, and must be none on the day on which it is made private.
        if (role !== null && (next.isPrivate || role !== 'viewer'))
          found.push({ repositoryId: next.id, role });
      }
    };
    await Promise.all(Array.from({ length: limits.roleCallsAtOnce }, lane));
    return { login, found };
  }

  /** Writes what was found, unless something was heard of meanwhile. */
  async function replace(
    person: Person,
    mark: number,
    { login, found }: { login: string; found: Found },
    askedAt: Instant,
  ): Promise<boolean> {
    const before = await rolesOf(store.read, person.id, askedAt - limits.forgeRoleTrustMs);
    const isWritten = await store.write(async tx => {
      await assertRole(tx, parts.role);
      if (book.isVoid(person.id, mark)) return false;
      if (login !== person.login) await renamePerson(tx, person.id, login);
      await replaceForgeRoles(tx, person.id, found, askedAt);
      return true;
    });
    if (isWritten && (textOf(before) !== textOf(found) || login !== person.login)) parts.changed();
    return isWritten;
  }

  async function look(
    person: Person,
    repositories: readonly Repository[],
    signal: AbortSignal,
  ): Promise<void> {
    const [askedAt, mark] = [now(), book.mark(person.id)];
    const answered = await rolesAt(person, repositories, signal);
    if (!(await replace(person, mark, answered, askedAt))) return;
    const hasRoles = answered.found.length > 0;
    book.looked(person.id, { at: monotonicMs(), repositories: repositories.length, hasRoles });
    settle(person.id);
  }

  /** Whoever waits waits no longer. */
  function settle(person: PersonId): void {
    waiting.get(person)?.resolve();
    waiting.delete(person);
  }

  /** In how many ms there are calls left for that; 0: they are taken. Whoever has no role may not use up what is for those who have. */
  async function spend(person: Person, calls: number): Promise<{ waitMs: number; isOfAll: boolean }> {
    const known = await rolesOf(store.read, person.id, now() - limits.forgeRoleTrustMs);
    const reserve = known.length > 0 ? 0 : limits.roleCallsPerHour / 2;
    return { waitMs: budget.take(calls, reserve), isOfAll: reserve === 0 };
  }

  /** @returns in how many ms the forge may be asked again; null: it answered, or only this one cannot be looked at */
  async function attend(
    person: Person,
    repositories: readonly Repository[],
    signal: AbortSignal,
  ): Promise<number | null> {
    const { waitMs, isOfAll } = await spend(person, repositories.length + 1);
    if (waitMs > 0) return isOfAll ? waitMs : null;
    try {
      await look(person, repositories, signal);
      return null;
    } catch (error) {
      settle(person.id);
      if (!(error instanceof RolesUnanswered)) throw error;
      const { message, isForgeWide, retryMs } = error;
      book.failed(person.id, monotonicMs() + retryMs);
      parts.report.warn(
        { err: error, person: person.id },
        `what ${person.login} may on GitHub is not known: ${message}`,
      );
      return isForgeWide ? retryMs : null;
    }
  }

  async function tick(signal: AbortSignal): Promise<number> {
    const idleSince = now() - limits.sessionIdleMs;
    const people = await listPeopleSignedIn(store.read, { now: now(), idleSince, max: limits.rolePeople });
    const all = await listRepositories(store.read);
    const repositories = all
      .filter(({ forge: where }) => where === 'github')
      .slice(0, limits.roleRepositories);
    const wanted = await peopleWanted();
    book.keepOnly(new Set([...people, ...wanted].map(({ id }) => id)));
    for (const person of book.inTurn([...wanted, ...people], repositories.length)) {
      signal.throwIfAborted();
      if (book.dueAt(person.id, repositories.length) > monotonicMs()) continue;
      const waitMs = await attend(person, repositories, signal);
      if (waitMs !== null) return Math.min(waitMs, limits.roleTickMs);
    }
    return limits.roleTickMs;
  }

  /** Whoever signs in has no session yet. */
  async function peopleWanted(): Promise<Person[]> {
    const found = await Promise.all([...waiting.keys()].map(id => findPerson(store.read, id)));
    return found.filter(person => person !== null);
  }

  const loop = startLoop({
    tick,
    onError: error => parts.report.warn({ err: error }, 'roles on GitHub cannot be looked at; trying again'),
  });

  return {
    wake: loop.wake,
    async close() {
      await loop.close();
      for (const { resolve } of waiting.values()) resolve();
    },
    async lookAt(person, signal) {
      const done = waiting.get(person) ?? Promise.withResolvers<void>();
      waiting.set(person, done);
      book.want(person);
      loop.wake();
      using patience = startDeadline(limits.signInLookMs);
      await Promise.race([done.promise, aborted(AbortSignal.any([patience.signal, signal]))]);
    },
    async heardOf(tx, { forgeUserId, place, isLess }) {
      const person = forgeUserId === null ? null : await findPersonOfForge(tx, forgeUserId);
      if (forgeUserId !== null && person === null) return;
      // Before anything else is written: a look that ends now comes after this transaction, and is void.
      book.touch(person?.id ?? null);
      if (isLess) await forgetForgeRoles(tx, person?.id ?? null, place);
    },
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const textOf = (roles: Found): string =>
  roles
    .map(({ repositoryId, role }) => `${repositoryId} ${role}`)
    .sort()
    .join('\n');
