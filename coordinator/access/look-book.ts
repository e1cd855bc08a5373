/** Who was looked at when, and who is to be next. In memory; times are of a clock that nobody sets. Pure. */
import type { PersonId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

type Look = { at: number; repositories: number; hasRoles: boolean };

export type LookBook = {
  /** When somebody is to be looked at next; of those who are wanted or were never looked at before all others. */
  dueAt(person: PersonId, repositories: number): number;
  /** Who is to be looked at first; after all others those of whom the last look found nothing. */
  inTurn<Someone extends { id: PersonId }>(people: readonly Someone[], repositories: number): Someone[];
  /** Somebody waits for it. */
  want(person: PersonId): void;
  /** What was asked before this moment does not count: of one, or of everybody. */
  touch(person: PersonId | null): void;
  /** For `isVoid`. */
  mark(person: PersonId): number;
  isVoid(person: PersonId, mark: number): boolean;
  looked(person: PersonId, look: Look): void;
  failed(person: PersonId, nextAt: number): void;
  /** Nobody else is signed in. */
  keepOnly(people: ReadonlySet<PersonId>): void;
};

export function createLookBook(): LookBook {
  const looks = new Map<PersonId, Look>();
  const put = new Map<PersonId, number>();
  const wanted = new Set<PersonId>();
  const touches = new Map<PersonId, number>();
  let touchesOfAll = 0;

  const mark = (person: PersonId): number => (touches.get(person) ?? 0) + touchesOfAll;

  function dueAt(person: PersonId, repositories: number): number {
    if (wanted.has(person)) return Number.NEGATIVE_INFINITY;
    const putOff = put.get(person);
    if (putOff !== undefined) return putOff;
    const look = looks.get(person);
    if (!look) return Number.NEGATIVE_INFINITY;
    // One that is new here, or gone.
    if (look.repositories !== repositories) return look.at + limits.roleLookSoonMs;
    return look.at + (look.hasRoles ? limits.roleLookMs : limits.roleLookInVainMs);
  }

  return {
    dueAt,
    inTurn: (people, repositories) =>
      people
        .map(person => ({
          person,
          isInVain: looks.get(person.id)?.hasRoles === false,
          dueAt: dueAt(person.id, repositories),
        }))
        .toSorted((a, b) => Number(a.isInVain) - Number(b.isInVain) || compare(a.dueAt, b.dueAt))
        .map(({ person }) => person),
    want: person => void wanted.add(person),
    touch(person) {
      if (person === null) {
        touchesOfAll += 1;
        looks.clear();
        put.clear();
        return;
      }
      touches.set(person, (touches.get(person) ?? 0) + 1);
      looks.delete(person);
      put.delete(person);
    },
    mark,
    isVoid: (person, before) => mark(person) !== before,
    looked(person, look) {
      looks.set(person, look);
      wanted.delete(person);
      put.delete(person);
    },
    failed(person, nextAt) {
      wanted.delete(person);
      put.set(person, nextAt);
    },
    keepOnly(people) {
      for (const known of [looks, put]) for (const id of known.keys()) if (!people.has(id)) known.delete(id);
    },
  };
}

/** The difference of two infinities is no number. */
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
