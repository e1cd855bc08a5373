/** What every format of report comes to: cases, one after the other, and sentences about what was wrong with a file. */
import { limits } from '#shared/limits.ts';
import { withoutSequences, withoutUnseen } from '#shared/log-text.ts';
import type { TestOutcome } from '#shared/test-report.ts';

export type ReportCase = {
  /** The class or suite that it belongs to; empty when there is none. */
  suite: string;
  name: string;
  file: string | null;
  line: number | null;
  outcome: TestOutcome;
  ms: number | null;
  message: string | null;
  /** What the tool printed of a failure, and the end of what the test did. */
  output: string | null;
};

export type ReportSink = {
  onCase(found: ReportCase): void;
  /** Something a reader of the job should know: a file that broke off, one that is no report. */
  onNotice(sentence: string): void;
};

/** Reads one file, cut anywhere. Never throws for what stands in it. */
export type ReportParser = { write(text: string): void; end(): void };

/** What most names are: nothing in it has to go. */
const plain = /^[!-~]+(?: [!-~]+)*$/;

/** One line that shows what it says: no control characters, no turned direction, no half characters, bounded. */
export function cleanLine(text: string, max: number): string {
  if (text === '' || (text.length <= max && plain.test(text))) return text;
  // The bound first, with room for what goes: a name of 10 MB is not worth a pass over all of it.
  const line = withoutUnseen(withoutSequences(text.slice(0, max * 4)).replace(/\s+/g, ' '))
    .trim()
    .toWellFormed();
  return line.length <= max ? line : `${line.slice(0, max - 1).toWellFormed()}…`;
}

/** Several lines, the same way; null when nothing is left. */
export function cleanBlock(text: string, max: number): string | null {
  const block = withoutUnseen(withoutSequences(text.slice(0, max * 2)))
    .toWellFormed()
    .replace(/^\n+/, '')
    .trimEnd();
  if (block === '') return null;
  return block.length <= max ? block : `${block.slice(0, max - 1).toWellFormed()}…`;
}

/** The first line that says something. */
export const firstLine = (text: string | null): string | null =>
  text === null
    ? null
    : cleanLine(text.split('\n').find(line => line.trim() !== '') ?? '', limits.testMessageChars) || null;
