/** Reports read as the coordinator reads them, and what was read in words. */
import { gatherCases, type ReadReports } from '#coordinator/reports/gather.ts';
import { readReport } from '#coordinator/reports/read-file.ts';
import { type ReportFormat, testsIn } from '#shared/test-report.ts';

export type GivenReport = { path: string; format: ReportFormat; bytes: Uint8Array };

export function readTheseReports(reports: readonly GivenReport[], hasPassed = false): ReadReports {
  const gathered = gatherCases(hasPassed);
  for (const { path, format, bytes } of reports) readReport(path, format, bytes, gathered);
  return gathered.result();
}

export const readText = (text: string, format: ReportFormat = 'junit', hasPassed = false): ReadReports =>
  readTheseReports([{ path: `report.${format}`, format, bytes: Buffer.from(text) }], hasPassed);

/** One line of counts, one for each test, and what is kept of each failure. */
export function summaryOf({ counts, tests, failures, notices }: ReadReports): string[] {
  const some = Object.entries(counts).filter(([, n]) => n > 0);
  return [
    `${testsIn(counts)} tests: ${some.map(([outcome, n]) => `${n} ${outcome}`).join(', ')}`,
    ...tests.map(({ suite, name, outcome }) => `  ${outcome.padEnd(8)} ${suite || '-'} | ${name}`),
    ...failures.flatMap(({ name, file, line, ms, message, output }) => [
      `  ${name}`,
      `    at ${file ?? '?'}:${line ?? '?'}, ${ms ?? '?'} ms: ${message}`,
      ...(output?.split('\n').map(text => `    | ${text}`) ?? []),
    ]),
    ...notices.map(notice => `  ! ${notice}`),
  ];
}
