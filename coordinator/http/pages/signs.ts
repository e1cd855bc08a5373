/** The small signs that every page is made of: how a thing stands, when it was, how long it took. */
import type { JobSummary, Standing } from '#shared/api.ts';
import { durationText } from '#shared/duration.ts';
import { shapes } from '#shared/words.ts';
import { type Html, html } from './html.ts';

/** Shape and word together: colour alone says nothing to some. */
export const badge = (standing: Standing): Html =>
  html`<span class="badge ${standing}"><span aria-hidden="true">${shapes[standing]}</span> ${standing}</span>`;

/** The shape, with its word for who cannot see it. */
export const shape = (standing: Standing): Html =>
  html`<span class="shape ${standing}" title="${standing}"><span aria-hidden="true">${shapes[standing]}</span><span class="sr">${standing}</span></span>`;

/**
 * One small square per job, in the fixed order of the run. Not for the Tab key, to which a list of them would have no
 * end: the run's page lists the same jobs.
 */
export const barcode = (jobs: readonly JobSummary[]): Html =>
  html`<span class="barcode">${jobs.map(
    job =>
      html`<a class="square ${job.standing}" tabindex="-1" href="/jobs/${job.id}" title="${job.image} ${job.suite}: ${job.text}">${shapes[job.standing]}<span class="sr"> ${job.image} ${job.suite}: ${job.standing}</span></a>`,
  )}</span>`;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function ago(ms: number, iso: string): string {
  if (ms < minute) return 'now';
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < 2 * day) return `${Math.floor(ms / hour)} h`;
  return ms < 30 * day ? `${Math.floor(ms / day)} d` : iso.slice(0, 10);
}

/** A moment: how long ago, and exactly on hover. The page's script keeps it true. */
export function moment(at: number): Html {
  const iso = new Date(at).toISOString();
  const exact = `${iso.slice(0, 19).replace('T', ' ')} UTC`;
  return html`<time datetime="${iso}" title="${exact}">${ago(Date.now() - at, iso)}</time>`;
}

/** From a moment to another; while there is no other, the page's script counts on. */
export function took(from: number | null, to: number | null): Html {
  if (from === null) return html``;
  if (to !== null) return html`<span class="num">${durationText(Math.max(0, to - from))}</span>`;
  return html`<span class="num" data-since="${from}">${durationText(Math.max(0, Date.now() - from))}</span>`;
}

export const commit = (sha: string): Html =>
  html`<button type="button" class="copy" data-copy="${sha}" title="copy ${sha}"><code>${sha.slice(0, 7)}</code></button>`;

/** As it stands by itself: texts that are also parts of other sentences begin in lower case. */
export const sentence = (text: string): string => text.replace(/^[a-z]/, letter => letter.toUpperCase());

/** Text that somebody else wrote: it must not turn the direction of what stands beside it. */
export const written = (text: string): Html => html`<bdi>${text}</bdi>`;

const underWay = new Set<Standing>(['preparing', 'blocked', 'queued', 'running']);

/** Whether something will happen by itself, or by an approval. */
export const isUnderWay = (standing: Standing): boolean => underWay.has(standing);

/** What an administrator may press. */
export const verbs = (path: string, standing: Standing): Html =>
  isUnderWay(standing)
    ? html`<button type="button" class="button" data-post="${path}/cancel">Cancel</button>`
    : html`<button type="button" class="button" data-post="${path}/rerun">Run again</button>`;
