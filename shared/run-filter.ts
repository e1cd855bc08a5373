/** Which runs a list shows: the same words in the address of the page, in the API and in what a live page leaves out. */
import * as z from 'zod';
import { type RunView, standing } from './api.ts';
import { limits } from './limits.ts';

const word = z.string().min(1).max(limits.filterChars);

export const runFilter = z.object({
  /** Full name. */
  repository: word.optional(),
  branch: word.optional(),
  /** The pull request's number. */
  change: z.coerce.number().int().positive().optional(),
  author: word.optional(),
  /** Runs with a job on it. */
  image: word.optional(),
  outcome: standing.optional(),
  /** Words that are all in the titles of commit and pull request, the names around it or the beginning of the commit. */
  text: word.optional(),
});
export type RunFilter = z.infer<typeof runFilter>;

/** Where the runs that fit are asked for. One spelling, because the page that is sent asks ahead for the app that it brings. */
export function runsPath(filter: RunFilter, before: string | null, max: number = limits.runsPerPage): string {
  const query = Object.entries({ max, ...(before ? { before } : {}), ...filter });
  const parts = query.flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${encodeURIComponent(value)}`,
  );
  return `/api/v1/runs?${parts.join('&')}`;
}

type Facts = Pick<
  RunView,
  'repository' | 'ref' | 'change' | 'changeTitle' | 'author' | 'standing' | 'title' | 'commit' | 'number'
> & { jobs: readonly { image: string }[] };

/** Names are the same whatever their capitals are. */
export function isShown(filter: RunFilter, run: Facts): boolean {
  const { repository, branch, change, author, image, outcome, text } = filter;
  return (
    (repository === undefined || isSame(repository, run.repository)) &&
    (branch === undefined || isSame(branch, run.ref)) &&
    (change === undefined || change === run.change) &&
    (author === undefined || isSame(author, run.author)) &&
    (image === undefined || run.jobs.some(job => isSame(image, job.image))) &&
    (outcome === undefined || outcome === run.standing) &&
    (text === undefined || hasWords(text, run))
  );
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function hasWords(text: string, run: Facts): boolean {
  const { repository, ref, change, changeTitle, author, title, commit, number } = run;
  const ofChange = change === null ? [] : [`#${change}`, changeTitle];
  const names = [title, repository, ref, author, `#${number}`, ...ofChange].join('\n').toLowerCase();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every(word => names.includes(word) || commit.startsWith(word));
}
