/** Merging as lines of a terminal. Pure. */

import type { MergeEntryView, MergingView } from '#shared/merge-api.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { mergeTexts as texts } from '../merge-texts.ts';
import { ageText } from './age.ts';
import { type Cell, table } from './table.ts';

const shownBatches = 10;

export function mergingLines(view: MergingView, width: number, now: number): string[] {
  const { entries, ended, batches, pauses } = view;
  const lines = entries.length === 0 ? [texts.nothing] : entryTable(entries, width);
  for (const { repository, baseRef, message, until } of pauses)
    lines.push(texts.pauses(repository, baseRef, message, Math.ceil((until - now) / 60_000)));
  if (batches.length > 0)
    lines.push(
      '',
      texts.batches,
      ...table(
        batches
          .slice(0, shownBatches)
          .map(({ status, numbers, after, commit, run, createdAt }): Cell[] => [
            status,
            texts.onTop(pulls(numbers), pulls(after)),
            shortCommit(commit),
            ageText(now - createdAt),
            run,
          ]),
        [{}, { gives: true }, {}, {}, {}],
        width,
      ),
    );
  if (ended.length > 0) lines.push('', texts.ended, ...entryTable(ended.slice(0, shownBatches), width));
  return lines;
}

const pulls = (numbers: readonly number[]): string => numbers.map(number => `#${number}`).join(' ');

const entryTable = (entries: readonly MergeEntryView[], width: number): string[] =>
  table(
    entries.map(({ repository, number, baseRef, sentence }): Cell[] => [
      `${repository}#${number}`,
      baseRef,
      sentence,
    ]),
    [{}, {}, { gives: true }],
    width,
  );
