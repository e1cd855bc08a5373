/** One report, from bytes to cases. Pure; large files take seconds, which is why a thread of its own calls it. */
import type { ReportFormat } from '#shared/test-report.ts';
import { decode } from './parse/decode.ts';
import { junitParser } from './parse/junit.ts';
import type { ReportParser, ReportSink } from './parse/report-case.ts';
import { tapParser } from './parse/tap.ts';

const parsers: Record<ReportFormat, (path: string, sink: ReportSink) => ReportParser> = {
  junit: junitParser,
  tap: tapParser,
};

export function readReport(path: string, format: ReportFormat, bytes: Uint8Array, sink: ReportSink): void {
  const parser = parsers[format](path, sink);
  for (const text of decode(bytes)) parser.write(text);
  parser.end();
}
