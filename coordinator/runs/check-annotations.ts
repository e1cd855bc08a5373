/** What stands beside the lines of a pull request: failing tests, then what compilers and interpreters said. Pure. */
import type { JobSummary } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { withoutUnseen } from '#shared/log-text.ts';
import type { JobTests } from '#shared/test-api.ts';
import { isFailing } from '#shared/test-report.ts';
import { jobLabel } from '#shared/words.ts';
import { insideCheckout } from './compiler-errors/checkout-path.ts';
import type { FailureLog } from './failure-logs.ts';

export type CheckAnnotation = {
  path: string;
  startLine: number;
  endLine: number;
  column: number | null;
  level: 'failure';
  title: string;
  message: string;
};

/** Those that are shown, the most telling first, and how many there are. */
export type CheckAnnotations = { shown: CheckAnnotation[]; total: number };

/** The same on several systems is one. */
type Finding = Pick<CheckAnnotation, 'path' | 'column' | 'message'> & {
  line: number;
  /** The name of a test. */
  what: string | null;
  labels: string[];
};

export function checkAnnotations(facts: {
  jobs: readonly Pick<JobSummary, 'id' | 'suite' | 'image'>[];
  tests: readonly JobTests[];
  logs: readonly Pick<FailureLog, 'job' | 'errors'>[];
}): CheckAnnotations {
  const tests = gathered(facts.tests.flatMap(testFindings));
  const taken = new Set(tests.map(({ path, line }) => `${line} ${path}`));
  const errors = gathered(logFindings(facts)).filter(({ path, line }) => !taken.has(`${line} ${path}`));
  const all = [...tests, ...errors];
  return { shown: all.slice(0, limits.annotationsPerCheck).map(annotationOf), total: all.length };
}

function testFindings({ suite, image, attempt, failures }: JobTests): Finding[] {
  const inside = insideCheckout(attempt, '');
  return failures.flatMap(({ outcome, name, file, line, message }) => {
    const path = file === null || !isFailing(outcome) ? null : inside(file);
    if (path === null || line === null || line < 1) return [];
    const said = withoutUnseen(message ?? '').trim() || 'the test failed';
    return [{ path, line, column: null, message: said, what: name, labels: [jobLabel({ suite, image })] }];
  });
}

function logFindings({
  jobs,
  logs,
}: Pick<Parameters<typeof checkAnnotations>[0], 'jobs' | 'logs'>): Finding[] {
  return logs.flatMap(log => {
    const job = jobs.find(({ id }) => id === log.job);
    const labels = job ? [jobLabel(job)] : [];
    return log.errors.map(({ path, line, column, message }) => {
      const said = withoutUnseen(message).trim() || 'an error';
      return { path, line, column, message: said, what: null, labels };
    });
  });
}

function gathered(findings: readonly Finding[]): Finding[] {
  const known = new Map<string, Finding>();
  for (const finding of findings) {
    const { path, line, message, what, labels } = finding;
    const key = JSON.stringify([path, line, what, message]);
    const same = known.get(key);
    if (!same) known.set(key, { ...finding, labels: [...labels] });
    else same.labels.push(...labels.filter(label => !same.labels.includes(label)));
  }
  return [...known.values()];
}

/** Labels that stand in a title. */
const named = 3;

function annotationOf({ path, line, column, message, what, labels }: Finding): CheckAnnotation {
  const more = labels.length > named ? ` and ${labels.length - named} more` : '';
  const title = `${labels.slice(0, named).join(', ')}${more}${what === null ? '' : `: ${withoutUnseen(what)}`}`;
  return {
    path,
    startLine: line,
    endLine: line,
    column,
    level: 'failure',
    title: fitted(title, limits.annotationTitleChars),
    message: fitted(message, limits.annotationChars),
  };
}

/** What was cut within a letter is none: it could not be sent. */
const fitted = (text: string, max: number): string =>
  (text.length > max ? `${text.slice(0, max - 1)}…` : text).toWellFormed();
