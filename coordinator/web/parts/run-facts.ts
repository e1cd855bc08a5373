/** What the head of a run and a line of the list say of it. Pure. */

import type { RunView } from '#shared/api.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { texts } from '../texts/texts.ts';

export const titleOf = ({ title, commit }: Pick<RunView, 'title' | 'commit'>): string =>
  title.split('\n', 1)[0]?.trim() || texts.runs.noTitle(shortCommit(commit));
