/**
 * How often somebody may knock at the door of machines, which opens to whoever has never been here. Whoever shows a ticket of
 * ours is a machine, and has a count of its own; the others are counted by network, in which a whole fleet may be. What counts
 * is never locked out by guesses: a right token passes also where wrong ones came from the same address.
 */
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { createRateLimit, networkOf } from './rate-limit.ts';
import { refuseGuesses, refuseRequests } from './too-many.ts';

export type EnrolRates = {
  /** `address` null: this computer. @throws HttpProblem `too-many-requests` */
  knocked(machine: MachineId | null, address: string | null): void;
  /** A token that does not count. @throws HttpProblem `too-many-guesses` */
  guessed(address: string | null): void;
};

export function createEnrolRates(now: () => number = () => performance.now()): EnrolRates {
  const machines = createRateLimit(limits.enrolsPerMachine, now);
  const [knocks, guesses] = [limits.enrolsPerMinute, limits.enrolGuessesPerMinute].map(perMinute => {
    const ofNetworks = createRateLimit(perMinute, now);
    // Guests of the hosts here, who may give themselves any address, and a proxy that names none.
    const here = createRateLimit(perMinute * limits.crowdShare, now);
    return (address: string | null) => (address === null ? here('') : ofNetworks(networkOf(address)));
  }) as [(address: string | null) => number, (address: string | null) => number];
  return {
    knocked: (machine, address) =>
      refuseRequests(machine ? machines(machine) : knocks(address), 'enrolments'),
    guessed: address => refuseGuesses(guesses(address)),
  };
}
