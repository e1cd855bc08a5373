/** One `testcase`, put together from what the tools call its parts. */
import { limits } from '#shared/limits.ts';
import type { TestOutcome } from '#shared/test-report.ts';
import { lineWithPlace, type Place, placeIn } from './place-in.ts';
import { cleanBlock, cleanLine, firstLine, type ReportCase } from './report-case.ts';

export type Draft = {
  attributes: Record<string, string>;
  /** Around it, the outermost first. */
  suites: Record<string, string>[];
  outcome: TestOutcome;
  message: string | null;
  /** Of the failure. */
  text: string;
  /** What the test itself printed. */
  prints: string;
};

/** GoogleTest and CTest say in an attribute that a test did not run. */
const notRun = new Set(['notrun', 'disabled', 'skipped', 'suppressed', 'ignored']);

const nothing = '(no name)';

export const nameOf = ({ attributes }: Draft): string =>
  cleanLine(attributes.name ?? '', limits.testNameChars) || nothing;

export function caseOf(draft: Draft): ReportCase {
  const { attributes } = draft;
  const isSkipped =
    draft.outcome === 'passed' &&
    (notRun.has(attributes.status?.toLowerCase() ?? '') ||
      notRun.has(attributes.result?.toLowerCase() ?? ''));
  const isFine = draft.outcome === 'passed' || draft.outcome === 'skipped';
  const text = cleanBlock(draft.text, limits.testOutputChars);
  const prints = isFine ? null : cleanBlock(draft.prints, limits.testOutputChars / 2);
  const said = [text, prints].filter(part => part !== null).join('\n\n') || null;
  const message = messageOf(draft, text, said);
  const place = placeOf(draft, `${message ?? ''}\n${said ?? ''}`);
  return {
    suite: suiteOf(draft),
    name: nameOf(draft),
    file: place?.file ?? fileOf(draft),
    line: place?.line ?? null,
    outcome: isSkipped ? 'skipped' : draft.outcome,
    ms: millisecondsOf(attributes.time),
    message,
    output: isFine ? null : said,
  };
}

/** Some tools only say that it has failed, or nothing, and what is wrong further down. */
function messageOf(draft: Draft, text: string | null, said: string | null): string | null {
  const own = cleanLine(draft.message ?? '', limits.testMessageChars);
  const isTelling = own !== '' && !/^(?:test )?(?:failed|failure|error)[.!]?$/i.test(own);
  if (isTelling || said === null) return own || null;
  const place = own === '' && text !== null ? null : lineWithPlace(said);
  return place === null ? firstLine(said) : cleanLine(place, limits.testMessageChars);
}

/** The class, else the names of the suites around it. */
function suiteOf({ attributes, suites }: Draft): string {
  const own = attributes.classname ?? attributes.class ?? '';
  // CTest repeats the name there.
  if (own.trim() !== '' && own !== attributes.name) return cleanLine(own, limits.testNameChars);
  const names = suites.map(suite => suite.name?.trim() ?? '').filter(Boolean);
  return cleanLine(names.join(' / '), limits.testNameChars);
}

function fileOf({ attributes, suites }: Draft): string | null {
  const around = suites.toReversed().map(suite => suite.file ?? suite.filepath);
  const file = [attributes.file, attributes.filepath, ...around].find(Boolean);
  return file === undefined ? null : cleanLine(file, limits.testNameChars) || null;
}

/** Where the failure is, else where the tool says that the test begins. */
function placeOf(draft: Draft, said: string): Place | null {
  const failed = placeIn(said);
  const line = Number(draft.attributes.line ?? draft.attributes.lineno ?? Number.NaN);
  const file = fileOf(draft);
  if (file === null || !Number.isSafeInteger(line) || line <= 0) return failed;
  return failed !== null && baseOf(failed.file) === baseOf(file)
    ? { file, line: failed.line }
    : { file, line };
}

const baseOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

/**
 * Seconds as they are written: `0.5`, `1,234.5`, and by computers of other countries `0,5` or `1.234,5`. A lone comma
 * before three digits is of thousands, unless nothing else stands before it.
 */
export function millisecondsOf(time: string | undefined): number | null {
  const text = time?.trim().replace(/s$/, '') ?? '';
  if (!/^[\d.,' ]+(?:e-?\d+)?$/i.test(text)) return null;
  const plain = text.replace(/[' ]/g, '');
  const [comma, dot] = [plain.lastIndexOf(','), plain.lastIndexOf('.')];
  const isDecimal = comma > dot && (dot >= 0 || !/^[1-9]\d{0,2}(?:,\d{3})+$/.test(plain));
  const number = isDecimal ? plain.replace(/\./g, '').replace(',', '.') : plain.replace(/,/g, '');
  const seconds = number === '' ? Number.NaN : Number(number);
  return Number.isFinite(seconds) ? Math.round(seconds * 1_000) : null;
}
