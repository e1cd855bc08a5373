/** How an entry stands, in one sentence with the next fact: for statuses, pages and the command line. Pure. */
import type { ForgeState } from '#shared/forge-status.ts';
import type { MergeEntryState } from '#shared/merging.ts';
import { cut } from '#shared/words.ts';

export type EntryFacts = {
  state: MergeEntryState;
  /** 1 is next; null: it is not in line. */
  place: number | null;
  /** Numbers of the pull requests that it is tested with, itself included, in their order. */
  batch: readonly number[];
  number: number;
  baseRef: string;
  /** Of the batch: why the push did not do. */
  pushMessage: string | null;
  hasQueue: boolean;
};

export const mergeContext = 'paddock/merge-queue';

export function entrySentence({
  state,
  place,
  batch,
  number,
  baseRef,
  pushMessage,
  hasQueue,
}: EntryFacts): string {
  switch (state.status) {
    case 'waiting':
      if (state.why !== null) return `waits: ${state.why}`;
      return hasQueue && place !== null
        ? `in the merge queue: ${ordinal(place)} in line`
        : `about to be merged into ${baseRef}`;
    case 'in-batch':
    case 'testing': {
      const others = batch.filter(each => each !== number);
      const position = `${ordinal(batch.indexOf(number) + 1)} of ${batch.length}`;
      const verb = state.status === 'testing' ? 'testing' : 'to be tested';
      return others.length === 0
        ? `in the merge queue: ${verb} alone`
        : `in the merge queue: ${verb} with ${listed(others)}, ${position}`;
    }
    case 'landing':
      return pushMessage === null ? `landing on ${baseRef}` : `not landed on ${baseRef} yet: ${pushMessage}`;
    case 'landed':
      return `landed on ${baseRef} as ${state.commit.slice(0, 7)}`;
    case 'ejected':
      return `not merged: ${state.message}`;
    case 'withdrawn':
      return `not to be merged any more: ${state.message}`;
  }
}

export const forgeStateOfEntry = ({ status }: MergeEntryState): ForgeState =>
  status === 'landed'
    ? 'success'
    : status === 'ejected'
      ? 'failure'
      : status === 'withdrawn'
        ? 'error'
        : 'pending';

export const entryDescription = (facts: EntryFacts): string => cut(entrySentence(facts));

function listed(numbers: readonly number[]): string {
  const named = numbers.slice(0, 4).map(each => `#${each}`);
  if (numbers.length > 4) return `${named.join(', ')} and ${numbers.length - 4} more`;
  return named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${named.at(-1)}` : (named[0] ?? '');
}

export function ordinal(n: number): string {
  const [tens, ones] = [n % 100, n % 10];
  if (tens > 10 && tens < 14) return `${n}th`;
  return `${n}${ones === 1 ? 'st' : ones === 2 ? 'nd' : ones === 3 ? 'rd' : 'th'}`;
}
