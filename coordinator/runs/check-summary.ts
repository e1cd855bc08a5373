/** What the check run of a run shows below its title: the matrix, failures first with why, where the time went. Pure. */
import type { AttemptSpan, JobSummary, RunView } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { durationText } from '#shared/quantity-text.ts';
import type { FailingTest, JobTests } from '#shared/test-api.ts';
import { testsIn } from '#shared/test-report.ts';
import { verdictNames } from '#shared/test-words.ts';
import { jobLabel, shapes } from '#shared/words.ts';
import { fenced, plain, table } from './check-markdown.ts';

export type CheckFacts = {
  run: RunView;
  /** Of the jobs that have reports. */
  tests: readonly JobTests[];
  /** Oldest first. */
  spans: readonly AttemptSpan[];
  jobUrl(job: JobSummary['id']): string;
};

export type CheckAnnotations = readonly {
  path: string;
  startLine: number;
  endLine: number;
  column: null;
  level: 'failure';
  title: string;
  message: string;
}[];

const isRed = ({ standing }: JobSummary): boolean =>
  standing === 'failed' || standing === 'timed-out' || standing === 'errored';

/** At most `limits.checkSummaryChars` characters, cut at the end of a part. */
export function checkSummary(facts: CheckFacts): string {
  const { run } = facts;
  const parts = [
    `[Run ${run.number}](${run.url}) of ${plain(run.commit.slice(0, 7))}, ${plain(run.title) || 'without a title'}`,
    ...(run.message === null ? [] : [fenced(run.message, excerpt)]),
    ...run.warnings.map(warning => `> ${plain(warning)}`),
    ...(run.jobs.some(({ blockedOn }) => blockedOn === 'approval') ? [howToApprove(run.commit)] : []),
    ...(run.jobs.length > 0 ? [matrix(facts)] : []),
    ...failures(facts),
    ...times(facts),
  ];
  return within(parts, limits.checkSummaryChars);
}

const howToApprove = (commit: string): string =>
  `Somebody who may write to the repository lets this commit run: by the button *Approve*, by \`/paddock approve ${commit.slice(0, 7)}\` in a comment, or on the page of the run. It gets no secrets.`;

function within(parts: readonly string[], max: number): string {
  const end = '\n\n… and more on the page of the run.';
  let text = '';
  for (const part of parts) {
    const longer = text === '' ? part : `${text}\n\n${part}`;
    if (longer.length > max - end.length) return `${text}${end}`;
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

const excerpt = { lines: 12, chars: 2_000 };

/** The author's to mend first; of each what it said, and the tests that failed. */
function failures({ run: { jobs }, tests, jobUrl }: CheckFacts): string[] {
  const red = jobs
    .filter(isRed)
    .sort((a, b) => Number(a.standing === 'errored') - Number(b.standing === 'errored'));
  const shown = red.slice(0, limits.checkFailures);
  const left = red.length - shown.length;
  return [
    ...shown.flatMap(job => [
      `### ${shapes[job.standing]} [${plain(jobLabel(job))}](${jobUrl(job.id)})`,
      fenced(job.text, excerpt),
      ...(job.verdict ? [`**${verdictNames[job.verdict.kind]}**: ${plain(job.verdict.text)}`] : []),
      ...failingTests(tests.find(each => each.job === job.id)),
    ]),
    ...(left > 0 ? [`… and ${left} more that did not pass.`] : []),
  ];
}

function failingTests(report: JobTests | undefined): string[] {
  if (!report || report.failures.length === 0) return [];
  const shown = report.failures.slice(0, limits.checkTests);
  const left = report.failures.length - shown.length;
  return [
    `${report.failures.length} of ${testsIn(report.counts)} tests:`,
    ...shown.map(testText),
    ...(left > 0 ? [`… and ${left} more tests.`] : []),
  ];
}

function testText(test: FailingTest): string {
  const place =
    test.file === null ? '' : ` (${plain(test.file)}${test.line === null ? '' : `:${test.line}`})`;
  const why = test.verdict ? `: ${test.verdict.kind}, ${plain(test.verdict.text)}` : '';
  const head = `- **${plain(`${test.group} ${test.name}`)}**${place}${why}`;
  return test.message ? `${head}\n\n${fenced(test.message, { lines: 5, chars: 500 })}` : head;
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

/** Of failing tests that say where they are: beside the lines of the pull request. */
export const checkAnnotations = ({ tests }: Pick<CheckFacts, 'tests'>): CheckAnnotations =>
  tests
    .flatMap(({ suite, image, failures }) =>
      failures.flatMap(test => {
        const path = test.file === null ? null : insideOf(test.file);
        if (path === null || test.line === null || test.line < 1) return [];
        const title = `${jobLabel({ suite, image })}: ${test.name}`.slice(0, 255);
        const message = (test.message?.trim() || 'the test failed').slice(0, limits.annotationChars);
        const [startLine, endLine] = [test.line, test.line];
        return [{ path, startLine, endLine, column: null, level: 'failure' as const, title, message }];
      }),
    )
    .slice(0, limits.annotationsPerCheck);

/** Null: not a path inside the repository. */
function insideOf(file: string): string | null {
  const path = file.replace(/^(?:\.\/)+/, '');
  const isOutside = path.startsWith('/') || path.includes('\\') || path.split('/').includes('..');
  return isOutside || path === '' || /^[A-Za-z]:/.test(path) || /\p{Cc}/u.test(path) ? null : path;
}
