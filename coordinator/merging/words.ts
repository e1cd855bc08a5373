/** How an entry stands, in one sentence with the next fact: for statuses, pages and the command line. Pure. */

import type { ForgeState } from '#shared/forge-status.ts';
import type { MergeBatchState, MergeEntryState } from '#shared/merging.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { cut } from '#shared/words.ts';

export type EntryFacts = {
  state: MergeEntryState;
  /** 1 is next; null: it is not in line. */
  place: number | null;
  /** Numbers of the pull requests that it is tested with, itself included, in their order. */
  batch: readonly number[];
  batchStatus: MergeBatchState['status'] | null;
  /** Those that land before its batch does: it is tested on top of them. */
  after: readonly number[];
  number: number;
  baseRef: string;
  /** Of the batch: why the push did not do. */
  pushMessage: string | null;
  hasQueue: boolean;
};

export function entrySentence(facts: EntryFacts): string {
  const { state, place, baseRef, pushMessage, hasQueue } = facts;
  switch (state.status) {
    case 'waiting':
      if (state.why !== null) return `waits: ${state.why}`;
      return hasQueue && place !== null
        ? `in the merge queue: ${ordinal(place)} in line`
        : `about to be merged into ${baseRef}`;
    case 'in-batch':
    case 'testing':
      return `in the merge queue: ${batchPhrase(facts)}`;
    case 'landing':
      return pushMessage === null ? `landing on ${baseRef}` : `not landed on ${baseRef} yet: ${pushMessage}`;
    case 'landed':
      return `landed on ${baseRef} as ${shortCommit(state.commit)}`;
    case 'ejected':
      return `not merged: ${state.message}`;
    case 'withdrawn':
      return `not to be merged any more: ${state.message}`;
  }
}

function batchPhrase({ state, batch, batchStatus, after, number }: EntryFacts): string {
  const before = after.length > 0 ? listed(after) : 'what is before it';
  if (batchStatus === 'passed')
    return after.length > 0 ? `passed, lands after ${before}` : 'passed, lands next';
  if (batchStatus === 'doubtful') return `failed on top of ${before}; tested again unless that lands`;
  const verb = state.status === 'testing' ? 'testing' : 'to be tested';
  const others = batch.filter(each => each !== number);
  const position = `${ordinal(batch.indexOf(number) + 1)} of ${batch.length}`;
  const company = others.length === 0 ? `${verb} alone` : `${verb} with ${listed(others)}, ${position}`;
  return after.length > 0 ? `${company}, on top of ${before}` : company;
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
