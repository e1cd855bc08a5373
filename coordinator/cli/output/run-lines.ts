/** A run and its jobs as lines of text. Pure: the same input gives the same lines, whoever prints them. */

import type { JobSummary, RunView } from '#shared/api.ts';
import { durationText } from '#shared/quantity-text.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { shapes } from '#shared/words.ts';
import { texts } from '../texts.ts';
import { barcode, isOver, paintOf, shapeCell } from './standing.ts';
import { type Cell, table } from './table.ts';
import type { Colors } from './terminal.ts';
import { clip, plain, textWidth } from './text-width.ts';

export type Look = { colors: Colors; width: number; now: number };

/** A barcode that is longer than this says less than counts do. */
const barcodeJobs = 30;

/** `acme/rocket #128 · 3f2c1ab fix overflow in parser`, with the barcode at the right edge if there is one. */
export function headLine(run: RunView, { colors, width }: Look): string {
  const name = `${plain(run.repository)} #${run.number}`;
  const signature = barcodeOf(run.jobs, colors);
  const space = width - signature.width - 2;
  const words = clip(`${name} · ${shortCommit(run.commit)} ${plain(run.title)}`.trimEnd(), space);
  const left = words.startsWith(name) ? colors.bold(name) + words.slice(name.length) : words;
  const gap = Number.isFinite(space) ? space - textWidth(words) : 0;
  return `${left}${' '.repeat(gap)}  ${signature.text}`.trimEnd();
}

function barcodeOf(jobs: readonly JobSummary[], colors: Colors): { text: string; width: number } {
  if (jobs.length <= barcodeJobs)
    return {
      text: barcode(jobs, colors),
      width: textWidth(jobs.map(({ standing }) => shapes[standing]).join('')),
    };
  const standings = [...new Set(jobs.map(({ standing }) => standing))];
  const counts = standings.map(standing => ({
    standing,
    text: `${shapes[standing]} ${jobs.filter(job => job.standing === standing).length}`,
  }));
  return {
    text: counts.map(({ standing, text }) => paintOf(standing, colors)(text)).join('  '),
    width: textWidth(counts.map(({ text }) => text).join('  ')),
  };
}

/** One row per job: shape, image, suite (where they differ from `default`), and the sentence everybody shows. */
export function jobRows(
  jobs: readonly JobSummary[],
  { colors, width, now }: Look,
  notes: Notes = {},
): string[] {
  const showsSuites = jobs.some(({ suite }) => suite !== 'default');
  const rows = jobs.map((job): Cell[] => [
    '',
    shapeCell(job.standing, colors),
    job.image,
    ...(showsSuites ? [job.suite] : []),
    job.text,
    { text: notes[job.id] ?? elapsed(job, now), paint: colors.dim },
  ]);
  const columns = [{}, {}, {}, ...(showsSuites ? [{}] : []), { gives: true }, {}];
  return table(rows, columns, width);
}

/** A remark at the end of a job's row, by the job's id. */
export type Notes = Record<string, string>;

/** How long a job runs already. */
const elapsed = ({ standing, startedAt }: JobSummary, now: number): string =>
  standing === 'running' && startedAt !== null ? durationText(Math.max(0, now - startedAt)) : '';

/** As many rows as there is room for; those that still move come first when not all fit. */
export function fittingRows(jobs: readonly JobSummary[], look: Look, room: number): string[] {
  if (jobs.length <= room) return jobRows(jobs, look);
  const moving = jobs.filter(({ standing }) => !isOver(standing));
  const shown = [...moving, ...jobs.filter(job => !moving.includes(job))].slice(0, Math.max(1, room - 1));
  return [...jobRows(shown, look), look.colors.dim(`  ${texts.moreJobs(jobs.length - shown.length)}`)];
}

/** One line for a job whose standing has changed, for where nothing can be redrawn. */
export const jobLine = (job: JobSummary, look: Look): string => (jobRows([job], look)[0] ?? '').trimStart();
