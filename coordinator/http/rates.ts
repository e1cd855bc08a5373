/**
 * How often somebody may ask, by who they are: a person, a token, an address for whoever is nobody. What counts is never locked
 * out by what does not: a right token passes also where wrong ones came from the same address without number.
 */
import { limits } from '#shared/limits.ts';
import { type Actor, isUnlimited } from '../access/actor.ts';
import { HttpProblem } from './errors.ts';
import { createRateLimit, networkOf } from './rate-limit.ts';

/** What a request does: looks, changes something, or tries to become somebody. */
export type Manner = 'read' | 'write' | 'sign-in';

export type Rates = {
  /** @throws HttpProblem `too-many-requests` */
  count(actor: Actor, address: string, manner: Manner): void;
  /** A token, a link or a signature that does not count. @throws HttpProblem `too-many-guesses` */
  guessed(address: string): void;
};

export function createRates(now: () => number = () => performance.now()): Rates {
  const bounds = {
    read: limits.requestsPerMinute,
    write: limits.writesPerMinute,
    'sign-in': limits.signInsPerMinute,
  };
  const perKind = () => ({
    read: createRateLimit(bounds.read, now),
    write: createRateLimit(bounds.write, now),
    'sign-in': createRateLimit(bounds['sign-in'], now),
  });
  // Apart: strangers without number leave the counts of those who are known alone.
  const [ofKnown, ofStrangers] = [perKind(), perKind()];
  const guesses = createRateLimit(limits.guessesPerMinute, now);
  return {
    count(actor, address, manner) {
      if (isUnlimited(actor)) return;
      const key = keyOf(actor);
      const waitS = key === null ? ofStrangers[manner](networkOf(address)) : ofKnown[manner](key);
      if (waitS > 0)
        throw new HttpProblem('too-many-requests', 'too many requests', `come again in ${waitS} s`, waitS);
    },
    guessed(address) {
      const waitS = guesses(networkOf(address));
      if (waitS > 0)
        throw new HttpProblem(
          'too-many-guesses',
          'too many that do not count came from here',
          `come again in ${waitS} s, with one that counts`,
          waitS,
        );
    },
  };
}

/** By number, as names may be alike; null: nobody. The administrator of the coordinator is not counted. */
function keyOf({ who }: Actor): string | null {
  if (who.kind === 'person') return who.person;
  return who.kind === 'token' ? who.token : null;
}
