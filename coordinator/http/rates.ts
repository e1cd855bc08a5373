/**
 * How often somebody may ask, by who they are: a person, a token, an address for whoever is nobody. What counts is never locked
 * out by what does not: a right token passes also where wrong ones came from the same address without number.
 */
import { limits } from '#shared/limits.ts';
import { type Actor, isUnlimited } from '../access/actor.ts';
import { createRateLimit, networkOf } from './rate-limit.ts';
import { refuseGuesses, refuseRequests } from './too-many.ts';

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
      refuseRequests(waitS);
    },
    guessed: address => refuseGuesses(guesses(networkOf(address))),
  };
}

/** By number, as names may be alike; null: nobody. The administrator of the coordinator is not counted. */
function keyOf({ who }: Actor): string | null {
  if (who.kind === 'person') return who.person;
  return who.kind === 'token' ? who.token : null;
}
