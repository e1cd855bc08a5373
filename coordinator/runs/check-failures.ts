/** What the check of a run says of its failures: tests gathered over all systems, then jobs with the lines of their logs. Pure. */
import type { JobSummary } from '#shared/api.ts';
import { countFailing, gatherTests, type TestFailure } from '#shared/gather-tests.ts';
import type { JobId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { verdictNames } from '#shared/test-words.ts';
import { jobLabel, shapes } from '#shared/words.ts';
import type { CheckFacts } from './check-facts.ts';
import { fenced, listed, plain } from './check-markdown.ts';
import type { FailureLog } from './failure-logs.ts';

type Facts = Pick<CheckFacts, 'run' | 'tests' | 'logs' | 'jobUrl'>;

export function failingTests({ tests, jobUrl }: Pick<Facts, 'tests' | 'jobUrl'>): string[] {
  const failures = gatherTests(tests);
  if (failures.length === 0) return [];
  const shown = failures.slice(0, limits.checkTests);
  const { count, isAtLeast } = countFailing(tests);
  const left = count - shown.length;
  const named = (n: number) => n.toLocaleString('en');
  return [
    count === 1 ? '### 1 test fails' : `### ${isAtLeast ? 'At least ' : ''}${named(count)} tests fail`,
    ...shown.map(test => testText(test, jobUrl)),
    ...(left > 0 ? [`… and ${isAtLeast ? 'at least ' : ''}${named(left)} more.`] : []),
  ];
}

function testText(test: TestFailure, jobUrl: Facts['jobUrl']): string {
  const { group, name, file, line, jobs, of, message } = test;
  const place = file === null ? '' : ` (${plain(file)}${line === null ? '' : `:${line}`})`;
  const where = jobs
    .slice(0, limits.checkLabels)
    .map(({ job, image }) => `[${plain(image)}](${jobUrl(job)})`);
  const more = jobs.length > where.length ? ` and ${jobs.length - where.length} more` : '';
  const count = of > 1 ? ` fails on ${jobs.length} of ${of}: ` : ' fails on ';
  const whose = verdictText(jobs);
  const head = `- **${plain(`${group} ${name}`)}**${place}${count}${where.join(', ')}${more}${whose && ` · ${whose}`}`;
  return message ? `${head}\n\n${listed(fenced(message, { lines: 5, chars: 500 }))}` : head;
}

/** Each kind once; the sentences name their systems themselves. */
function verdictText(jobs: readonly Pick<JobSummary, 'verdict'>[]): string {
  const verdicts = jobs.flatMap(({ verdict }) => verdict ?? []).slice(0, limits.checkLabels);
  const kinds = Map.groupBy(verdicts, ({ kind }) => kind);
  return [...kinds]
    .map(([kind, same]) => `${verdictNames[kind]}: ${same.map(({ text }) => plain(text)).join('; ')}`)
    .join(' · ');
}

const isRed = ({ standing }: JobSummary): boolean =>
  standing === 'failed' || standing === 'timed-out' || standing === 'errored';

type Group = { jobs: JobSummary[]; log: FailureLog | undefined };

/** The author's to mend first. Jobs whose logs say the same are told together. */
export function failedJobs({ run, logs, jobUrl }: Facts): string[] {
  const red = run.jobs
    .filter(isRed)
    .sort((a, b) => Number(a.standing === 'errored') - Number(b.standing === 'errored'));
  const groups = new Map<string, Group>();
  for (const job of red) {
    const log = logs.find(each => each.job === job.id);
    const said = log?.parts.map(({ text }) => text).join('\n');
    const key = said === undefined ? job.id : JSON.stringify([job.suite, job.standing, log?.step, said]);
    const known = groups.get(key);
    if (known) known.jobs.push(job);
    else groups.set(key, { jobs: [job], log });
  }
  const shown = [...groups.values()].slice(0, limits.checkFailures);
  const left = red.length - shown.flatMap(({ jobs }) => jobs).length;
  return [
    ...shown.map(group => groupText(group, jobUrl)),
    ...(left > 0 ? [`… and ${left} more that did not pass.`] : []),
  ];
}

function groupText({ jobs, log }: Group, jobUrl: (job: JobId) => string): string {
  const [first] = jobs;
  const links = jobs.slice(0, limits.checkLabels).map(job => `[${plain(jobLabel(job))}](${jobUrl(job.id)})`);
  const more = jobs.length > links.length ? ` and ${jobs.length - links.length} more` : '';
  const head = `### ${first ? shapes[first.standing] : ''} ${links.join(', ')}${more}`;
  const texts = jobs
    .slice(0, limits.checkLabels)
    .map(job => plain(jobs.length > 1 ? `${jobLabel(job)} ${job.text}` : job.text));
  const said = [...texts, verdictText(jobs)].filter(Boolean).join('  \n');
  return [head, said, ...(log && first ? logTexts(log, jobLabel(first), jobUrl) : [])].join('\n\n');
}

function logTexts({ job, step, parts }: FailureLog, label: string, jobUrl: (job: JobId) => string): string[] {
  if (parts.length === 0) return [];
  const places = parts.map(({ from, to }) =>
    to - from > 1
      ? `[${from + 1}–${to}](${jobUrl(job)}#L${from + 1}-L${to})`
      : `[${to}](${jobUrl(job)}#L${to})`,
  );
  const isOne = parts.length === 1 && parts.every(({ from, to }) => to - from === 1);
  const where = `${isOne ? 'Line' : 'Lines'} ${places.join(' and ')} of the log of ${plain(label)}, step ${step.index + 1} of ${step.of}, ${plain(step.name)}:`;
  const text = parts.map(part => part.text).join('\n…\n');
  return [where, fenced(text, { lines: 24, chars: 5_000 })];
}
