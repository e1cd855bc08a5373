import { page, type RunView, runView } from '#shared/api.ts';
import { durationText } from '#shared/quantity-text.ts';
import { timesOf } from '#shared/run-times.ts';
import { shapes } from '#shared/words.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { ageText } from '../output/age.ts';
import { barcode, isOver, shapeCell } from '../output/standing.ts';
import { type Cell, table } from '../output/table.ts';
import type { Colors } from '../output/terminal.ts';
import { texts } from '../texts.ts';

export type RunsOptions = { repository?: string; max: number; before?: string; json?: boolean };

/** The newest runs, one line each. */
export async function runs(context: Context, options: RunsOptions): Promise<ExitCode> {
  const { terminal } = context;
  const query = new URLSearchParams({ max: String(options.max) });
  if (options.repository) query.set('repository', options.repository);
  if (options.before) query.set('before', options.before);
  const client = await clientFor(context);
  const found = await client.get(`/api/v1/runs?${query}`, page(runView));
  if (options.json) printJson(context, found);
  else if (found.items.length === 0) terminal.note(texts.noRuns(options.repository ?? null));
  else {
    for (const line of runsTable(found.items, terminal.colors, terminal.columns, Date.now()))
      terminal.line(line);
    if (found.next) terminal.note(terminal.noteColors.dim(texts.moreRuns(found.next)));
  }
  return exitCodes.ok;
}

const columns = [{}, {}, {}, { gives: true }, {}, { align: 'right' }, { align: 'right' }] as const;

export function runsTable(items: readonly RunView[], colors: Colors, width: number, now: number): string[] {
  const rows = items.map((run): Cell[] => [
    shapeCell(run.standing, colors),
    `${run.repository}#${run.number}`,
    run.commit.slice(0, 7),
    run.message ?? run.title,
    barcodeCell(run, colors),
    durationOf(run),
    { text: ageText(now - run.createdAt), paint: colors.dim },
  ]);
  return table(rows, columns, width);
}

/** Jobs beyond these are the "…" at the end. */
const shownJobs = 12;

function barcodeCell({ jobs }: RunView, colors: Colors): Cell {
  const shown = jobs.slice(0, shownJobs);
  const plain = shown.map(({ standing }) => shapes[standing]).join('');
  const rest = jobs.length > shown.length ? '…' : '';
  return { text: plain + rest, paint: fitted => barcode(shown, colors) + fitted.slice(plain.length) };
}

/** As the pages count it. */
function durationOf({ standing, jobs }: RunView): string {
  const { from, to, pausedMs } = timesOf(jobs);
  return isOver(standing) && from !== null && to !== null ? durationText(to - from - pausedMs) : '';
}
