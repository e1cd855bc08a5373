/** Which runs a list shows: the same words in the address of the page, in the API and in what a live page leaves out. */
import * as z from 'zod';
import { standing } from './api.ts';
import { limits } from './limits.ts';
import type { RunLine } from './run-line.ts';

const word = z.string().min(1).max(limits.filterChars);

/** A day (UTC), or an instant with its zone. */
export const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'expected a day such as 2026-11-30, or a time such as 2026-11-30T12:00:00Z',
});

export const runFilter = z.object({
  /** Full name. */
  repository: word.optional(),
  branch: word.optional(),
  /** The pull request's number. */
  change: z.coerce.number().int().positive().max(limits.changeNumber).optional(),
  author: word.optional(),
  /** Runs with a job on it. */
  image: word.optional(),
  outcome: standing.optional(),
  /** Runs in which a test failed, or was flaky, whose name begins with this; or the key of one test. */
  test: word.optional(),
  /** Words that are all in the titles of commit and pull request, the names around it or the beginning of the commit. */
  text: word
    .refine(text => wordsIn(text).length <= limits.filterWords, {
      error: `expected at most ${limits.filterWords} words`,
    })
    .optional(),
  /** Made then or later. */
  since: moment.optional(),
  /** Made before then; of a day: before its end. */
  until: moment.optional(),
});
export type RunFilter = z.infer<typeof runFilter>;

/** Where the runs that fit are asked for. One spelling, because the page that is sent asks ahead for the app that it brings. */
export function runsPath(filter: RunFilter, before: string | null, max: number = limits.runsPerPage): string {
  const asked = Object.entries(filter).sort(([one], [other]) => (one < other ? -1 : 1));
  const query = [...Object.entries({ max, jobs: 'brief', ...(before ? { before } : {}) }), ...asked];
  const parts = query.flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${encodeURIComponent(value)}`,
  );
  return `/api/v1/runs?${parts.join('&')}`;
}

type Facts = Pick<
  RunLine,
  | 'repository'
  | 'ref'
  | 'change'
  | 'changeTitle'
  | 'author'
  | 'standing'
  | 'title'
  | 'commit'
  | 'number'
  | 'createdAt'
> & { jobs: readonly { image: string }[] | null };

/**
 * Names are the same whatever their capitals are (A to Z, as the databases fold them). Which tests failed in a run is not
 * known here: where one is asked for, nothing is shown that did not come with the list.
 */
export function isShown(filter: RunFilter, run: Facts): boolean {
  const { repository, branch, change, author, image, outcome, test, text } = filter;
  const { from, to } = timesIn(filter);
  return (
    (repository === undefined || isSame(repository, run.repository)) &&
    (branch === undefined || isSame(branch, run.ref)) &&
    (change === undefined || change === run.change) &&
    (author === undefined || isSame(author, run.author)) &&
    (image === undefined || (run.jobs ?? []).some(job => isSame(image, job.image))) &&
    (outcome === undefined || outcome === run.standing) &&
    test === undefined &&
    (text === undefined || hasWords(text, run)) &&
    (from === null || run.createdAt >= from) &&
    (to === null || run.createdAt < to)
  );
}

const isSame = (one: string, other: string): boolean => folded(one) === folded(other);

function hasWords(text: string, run: Facts): boolean {
  const { repository, ref, change, changeTitle, author, title, commit, number } = run;
  const ofChange = change === null ? [] : [`#${change}`, changeTitle];
  const names = folded([title, repository, ref, author, `#${number}`, ...ofChange].join('\n'));
  return wordsIn(text).every(each => names.includes(each) || commit.startsWith(each));
}

/** Without capitals, where both databases and this agree what those are. */
export const folded = (text: string): string => text.replace(/[A-Z]/g, letter => letter.toLowerCase());

/** The words of a text that is looked for. */
export const wordsIn = (text: string): string[] => folded(text).split(/\s+/).filter(Boolean);

const dayMs = 86_400_000;

/** From `since` on, and before `to`; null: no such bound. */
export function timesIn({ since, until }: Pick<RunFilter, 'since' | 'until'>): {
  from: number | null;
  to: number | null;
} {
  const isDay = until !== undefined && !until.includes('T');
  return {
    from: since === undefined ? null : Date.parse(since),
    to: until === undefined ? null : Date.parse(until) + (isDay ? dayMs : 0),
  };
}
