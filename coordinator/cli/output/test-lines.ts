/** Tests of jobs for the terminal: counts, then each failure with where, what and whose fault. */
import type { FailingTest, JobTests } from '#shared/test-api.ts';
import { failuresIn, isFailing } from '#shared/test-report.ts';
import { countsText, verdictNames } from '#shared/test-words.ts';
import { jobLabel } from '#shared/words.ts';
import { texts } from '../texts.ts';
import type { Colors } from './terminal.ts';

/** Lines of the output of one failure; more would hide the next one. */
const shownLines = 12;

export function testLines(jobs: readonly JobTests[], colors: Colors): string[] {
  const worst = jobs.toSorted((one, other) => failuresIn(other.counts) - failuresIn(one.counts));
  return worst.flatMap(job => [...jobLines(job, colors), '']).slice(0, -1);
}

function jobLines({ suite, image, isRead, counts, notices, failures }: JobTests, colors: Colors): string[] {
  const failing = failuresIn(counts);
  const shape = failing > 0 ? colors.red('✕') : colors.green('✓');
  const head = isRead
    ? `${shape} ${jobLabel({ image, suite })}: ${countsText(counts)}`
    : `● ${jobLabel({ image, suite })}: ${texts.testsBeingRead}`;
  return [
    head,
    ...failures.flatMap(failure => failureLines(failure, colors)),
    ...notices.map(notice => colors.dim(`    ${notice}`)),
  ];
}

function failureLines(
  { group, name, outcome, file, line, message, output, verdict }: FailingTest,
  colors: Colors,
): string[] {
  const shape = isFailing(outcome) ? colors.red('✕') : '~';
  const place = file !== null && line !== null ? `${file}:${line}` : null;
  const said = output?.split('\n') ?? (message === null ? [] : [message]);
  const cut =
    said.length > shownLines ? [colors.dim(`      ${texts.moreLines(said.length - shownLines)}`)] : [];
  return [
    `  ${shape} ${group === '' ? '' : `${group} `}${name}${place === null ? '' : colors.dim(`  ${place}`)}`,
    ...(verdict ? [colors.dim(`      ${verdictNames[verdict.kind]}: ${verdict.text}`)] : []),
    ...said.slice(0, shownLines).map(text => `      ${text}`),
    ...cut,
  ];
}
