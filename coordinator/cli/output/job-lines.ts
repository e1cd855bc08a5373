/** One job in full. Pure. */
import type { AttemptView, JobView } from '#shared/api.ts';
import type { Mark } from '#shared/attempt.ts';
import { bytesText, durationText } from '#shared/quantity-text.ts';
import { dateText } from '#shared/retention.ts';
import type { Failure } from '../follow/failure.ts';
import { texts } from '../texts.ts';
import { headLine, jobRows, type Look } from './run-lines.ts';
import { failureLines, sealText } from './run-summary.ts';
import { type Cell, table } from './table.ts';

export function jobLines(job: JobView, failure: Failure | null, look: Look): string[] {
  const { colors, width } = look;
  const attempt = job.history.at(-1);
  return [
    headLine({ ...job.run, jobs: [] }, look),
    ...jobRows([job], look),
    ...section(texts.steps, stepRows(job, attempt, look), look),
    ...(job.history.length > 1 ? section(texts.attempts, job.history.map(attemptRow), look) : []),
    ...section(
      texts.artifacts,
      job.artifacts.map(({ path, bytes, url, removedAt }) => [
        '',
        '',
        path,
        bytesText(bytes),
        removedAt === null ? url : texts.removedOn(dateText(removedAt)),
      ]),
      look,
    ),
    ...failureLines(job, failure ?? undefined, true, look),
    '',
    colors.dim(table([['', texts.hints.logs(job.id), job.url]], [{}, {}, {}], width)[0] ?? ''),
    colors.dim(`  ${job.runLocally}`),
  ];
}

function section(name: string, rows: Cell[][], { colors, width }: Look): string[] {
  if (rows.length === 0) return [];
  return ['', colors.bold(name), ...table(rows, [{}, {}, { gives: true }, {}, {}], width)];
}

type StepMark<Type extends Mark['type']> = Extract<Mark, { type: Type }>;

/** What the marks of the newest attempt say of every step. */
function stepRows({ steps }: JobView, attempt: AttemptView | undefined, { colors }: Look): Cell[][] {
  const marks = attempt?.marks ?? [];
  return steps.map(({ name }, index): Cell[] => {
    const started = marks.find(
      (mark): mark is StepMark<'step-started'> => mark.type === 'step-started' && mark.step === index,
    );
    const ended = marks.find(
      (mark): mark is StepMark<'step-ended'> => mark.type === 'step-ended' && mark.step === index,
    );
    const time = started && ended ? durationText(ended.at - started.at) : '';
    return ['', stepShape(started, ended, colors), `${index + 1} ${name}`, time, exitText(ended)];
  });
}

function stepShape(
  started: StepMark<'step-started'> | undefined,
  ended: StepMark<'step-ended'> | undefined,
  colors: Look['colors'],
): Cell {
  if (ended)
    return ended.exitCode === 0 ? { text: '✓', paint: colors.green } : { text: '✕', paint: colors.red };
  return started ? { text: '●', paint: colors.blue } : { text: '–', paint: colors.dim };
}

const exitText = (ended: StepMark<'step-ended'> | undefined): string =>
  !ended || ended.exitCode === 0 ? '' : texts.exit(ended.exitCode, ended.signal);

const attemptRow = ({ number, end, phase, machine, log }: AttemptView): Cell[] => [
  '',
  String(number),
  end ? `${end.reason}: ${end.message}` : (phase ?? ''),
  sealText(log),
  machine,
];
