/** What the check run of a run shows below its title: the matrix, failures first with why, where the time went. Pure. */

import type { AttemptSpan, JobSummary } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { durationText } from '#shared/quantity-text.ts';
import { shortCommit } from '#shared/short-commit.ts';
import { jobLabel, shapes } from '#shared/words.ts';
import type { CheckFacts } from './check-facts.ts';
import { failedJobs, failingTests } from './check-failures.ts';
import { fenced, plain, table } from './check-markdown.ts';

/** At most `limits.checkSummaryBytes`, cut at the end of a part. */
export function checkSummary(facts: CheckFacts): string {
  const { run } = facts;
  const parts = [
    `[Run ${run.number}](${run.url}) of \`${shortCommit(run.commit)}\`: ${plain(run.title) || 'without a title'}`,
    ...(run.message === null ? [] : [fenced(run.message, messageShown)]),
    ...run.warnings.map(warning => `> ${plain(warning)}`),
    ...(run.jobs.some(({ blockedOn }) => blockedOn === 'approval') ? [howToApprove(run.commit)] : []),
    ...(run.jobs.length > 0 ? [matrix(facts)] : []),
    ...failingTests(facts),
    ...failedJobs(facts),
    ...(facts.unannotated > 0 ? [unannotatedText(facts.unannotated)] : []),
    ...times(facts),
  ];
  return within(parts, limits.checkSummaryBytes);
}

const messageShown = { lines: 12, chars: 2_000 };

const unannotatedText = (count: number): string =>
  `Beside the lines of the files stand the first ${limits.annotationsPerCheck} places where something is wrong; there are ${count} more.`;

const howToApprove = (commit: string): string =>
  `Somebody who may write to the repository lets this commit run: by the button *Approve*, by \`/paddock approve ${shortCommit(commit)}\` in a comment, or on the page of the run. It gets no secrets.`;

function within(parts: readonly string[], maxBytes: number): string {
  const end = '\n\n… and more on the page of the run.';
  let text = '';
  for (const part of parts) {
    const longer = text === '' ? part : `${text}\n\n${part}`;
    if (Buffer.byteLength(longer) > maxBytes - Buffer.byteLength(end)) return `${text}${end}`;
    text = longer;
  }
  return text;
}

function matrix({ run: { jobs }, jobUrl }: CheckFacts): string {
  const images = [...new Set(jobs.map(({ image }) => image))];
  const suites = [...new Set(jobs.map(({ suite }) => suite))];
  const cell = (suite: string, image: string): string => {
    const job = jobs.find(each => each.suite === suite && each.image === image);
    return job ? `${shapes[job.standing]} [${wordOf(job)}](${jobUrl(job.id)})` : '';
  };
  // A table of many columns cannot be read: then each image is a line.
  return images.length > suites.length
    ? table(
        ['', ...suites.map(plain)],
        images.map(image => [plain(image), ...suites.map(suite => cell(suite, image))]),
      )
    : table(
        ['', ...images.map(plain)],
        suites.map(suite => [plain(suite), ...images.map(image => cell(suite, image))]),
      );
}

function wordOf({ standing, startedAt, endedAt }: JobSummary): string {
  const isTimed = startedAt !== null && endedAt !== null;
  return isTimed ? `${standing} ${durationText(endedAt - startedAt)}` : standing;
}

/** Of the newest attempt of each job that has ended. */
function times({ run: { jobs }, spans }: CheckFacts): string[] {
  const rows = jobs.flatMap(job => {
    const span = spans.findLast(each => each.job === job.id);
    return span && span.times.endedAt !== null ? [[plain(jobLabel(job)), ...phasesOf(span)]] : [];
  });
  const shown = rows.slice(0, limits.checkTimes);
  return shown.length === 0
    ? []
    : [`### Times\n\n${table(['', 'queued', 'source', 'steps', 'rest'], shown)}`];
}

function phasesOf({
  times: { queuedAt, leasedAt, sourceAt, stepsAt, uploadsAt, endedAt },
}: AttemptSpan): string[] {
  const between = (from: number | null, to: number | null): string =>
    from === null || to === null ? '' : durationText(Math.max(0, to - from));
  const stepsEnd = uploadsAt ?? endedAt;
  return [
    between(queuedAt, leasedAt),
    between(sourceAt ?? leasedAt, stepsAt),
    between(stepsAt, stepsEnd),
    between(stepsEnd, endedAt),
  ];
}
