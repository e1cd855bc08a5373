import { limits } from '#shared/limits.ts';
import { durationText } from '#shared/quantity-text.ts';
import { isOpenStanding } from '#shared/run.ts';
import { type RunFilter, runFilter, runsPath } from '#shared/run-filter.ts';
import { type RunLine, runPage } from '#shared/run-line.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { shapes } from '#shared/words.ts';
import type { Client } from '../client.ts';
import { type Context, clientFor, printJson } from '../context.ts';
import { CliError } from '../errors.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { momentFrom } from '../moment.ts';
import { ageText } from '../output/age.ts';
import { barcode, shapeCell } from '../output/standing.ts';
import { type Cell, table } from '../output/table.ts';
import type { Colors } from '../output/terminal.ts';
import { texts } from '../texts.ts';

export type RunsOptions = {
  repository?: string;
  author?: string;
  branch?: string;
  pull?: number;
  image?: string;
  outcome?: string;
  failed?: boolean;
  test?: string;
  text?: string;
  since?: string;
  until?: string;
  limit: number;
  before?: string;
  json?: boolean;
};

/** The newest runs that fit, one line each. */
export async function runs(context: Context, options: RunsOptions): Promise<ExitCode> {
  const { terminal } = context;
  const filter = filterFrom(options, Date.now());
  const client = await clientFor(context);
  const found = await findRuns(client, filter, options.before ?? null, options.limit);
  if (options.json) printJson(context, found);
  else {
    for (const line of runsTable(found.items, terminal.colors, terminal.columns, Date.now()))
      terminal.line(line);
    if (found.items.length === 0) terminal.note(texts.noRuns(filter));
    if (found.next) terminal.note(terminal.noteColors.dim(texts.moreRuns(found.next, filter)));
  }
  return exitCodes.ok;
}

/** @throws CliError when a value cannot be one of its filter. */
export function filterFrom(options: Omit<RunsOptions, 'limit'>, now: number): RunFilter {
  const { repository, author, branch, pull, image, test, text, since, until } = options;
  const asked = {
    ...{ repository, branch, change: pull, author, image, test, text },
    outcome: options.failed ? 'failed' : options.outcome,
    since: since && momentFrom(since, now),
    until: until && momentFrom(until, now),
  };
  const known = Object.entries(asked).filter(([, value]) => value !== undefined);
  const filter = runFilter.safeParse(Object.fromEntries(known));
  if (filter.success) return filter.data;
  const [issue] = filter.error.issues;
  throw new CliError(
    'usage',
    texts.badFilter(optionOf(String(issue?.path[0])), issue?.message ?? ''),
    texts.hints.help('runs'),
  );
}

const optionOf = (name: string): string => `--${name === 'change' ? 'pull' : name}`;

/** One answer looks through so many runs only: who asks for a few of them wants them however old they are. */
async function findRuns(
  client: Client,
  filter: RunFilter,
  before: string | null,
  limit: number,
): Promise<{ items: RunLine[]; next: string | null }> {
  const items: RunLine[] = [];
  let next = before;
  do {
    const max = Math.min(limit - items.length, limits.pageItems);
    const answer = await client.get(runsPath(filter, next, max), runPage);
    items.push(...answer.items);
    next = answer.next;
  } while (next !== null && items.length < limit);
  return { items, next };
}

const columns = [{}, {}, {}, { gives: true }, {}, { align: 'right' }, { align: 'right' }] as const;

export function runsTable(items: readonly RunLine[], colors: Colors, width: number, now: number): string[] {
  const rows = items.map((run): Cell[] => [
    shapeCell(run.standing, colors),
    `${run.repository}#${run.number}`,
    shortCommit(run.commit),
    run.message ?? run.title,
    barcodeCell(run, colors),
    durationOf(run),
    { text: ageText(now - run.createdAt), paint: colors.dim },
  ]);
  return table(rows, columns, width);
}

/** Jobs beyond these are the "…" at the end. */
const shownJobs = 12;

function barcodeCell({ jobs }: RunLine, colors: Colors): Cell {
  const shown = (jobs ?? []).slice(0, shownJobs);
  const plain = shown.map(({ standing }) => shapes[standing]).join('');
  const rest = (jobs ?? []).length > shown.length ? '…' : '';
  return { text: plain + rest, paint: fitted => barcode(shown, colors) + fitted.slice(plain.length) };
}

/** As the pages count it. */
function durationOf({ standing, times: { from, to, pausedMs } }: RunLine): string {
  return !isOpenStanding(standing) && from !== null && to !== null ? durationText(to - from - pausedMs) : '';
}
