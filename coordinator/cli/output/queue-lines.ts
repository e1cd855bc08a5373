/** The queue as lines of a terminal: each group in one sentence, what lets it go on, and its first jobs. Pure. */
import type { QueuedJob, QueueGroup, QueueView } from '#shared/queue-api.ts';
import { needsPerson } from '#shared/queue-words.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { jobLabel } from '#shared/words.ts';
import { queueTexts as texts } from '../queue-texts.ts';
import { ageText } from './age.ts';
import { type Cell, table } from './table.ts';
import type { Colors } from './terminal.ts';
import { wrap } from './text-width.ts';

export function queueLines(view: QueueView, colors: Colors, width: number, now: number): string[] {
  const { count, oldestAt, groups, isCut, merging } = view;
  const head =
    oldestAt === null
      ? texts.nothing
      : `${texts.waiting(count, isCut)}, ${texts.oldest(ageText(now - oldestAt))}`;
  return [
    colors.bold(head),
    ...groups.flatMap(group => ['', ...groupLines(group, colors, width, now)]),
    ...(merging === null
      ? []
      : ['', `${texts.merging(merging.count)} ${colors.dim(`→ ${texts.hints.merging}`)}`]),
  ];
}

function groupLines(group: QueueGroup, colors: Colors, width: number, now: number): string[] {
  const { binding, count, jobs, remedy, text, oldestAt } = group;
  const sign = signOf(group, colors);
  const heading = `${count} ${texts.headings[binding]}${group.image === null ? '' : `: ${group.image}`}`;
  const rest = count - jobs.length;
  return [
    `${sign} ${colors.bold(heading)} ${colors.dim(`· ${texts.oldest(ageText(now - oldestAt))}`)}`,
    ...wrap(text, width - indent.length).map(line => `${indent}${line}`),
    ...(remedy && 'effect' in remedy && remedy.effect ? [`${indent}${remedy.effect}`] : []),
    ...(remedy ? [`${indent}${colors.dim('→')} ${remedy.command}`] : []),
    ...table(
      jobs.map(job => rowOf(job, colors, now)),
      [{}, {}, {}, { gives: true }, { gives: true }, { align: 'right' }],
      width,
    ),
    ...(rest > 0 ? [`${indent}${colors.dim(texts.more(rest, count))}`] : []),
  ];
}

const indent = '  ';

function rowOf(job: QueuedJob, colors: Colors, now: number): Cell[] {
  const { repository, number, change, commit, place, text, since } = job;
  return [
    '',
    change === null ? `${repository} ${texts.run(number)}` : `${repository}#${change}`,
    shortCommit(commit),
    jobLabel(job),
    place === null ? text : texts.standing(job),
    { text: ageText(now - since), paint: colors.dim },
  ];
}

function signOf({ binding }: QueueGroup, colors: Colors): string {
  if (binding === 'not-starting') return colors.magenta('⚡');
  return needsPerson.has(binding) ? colors.yellow('◇') : colors.dim('○');
}
