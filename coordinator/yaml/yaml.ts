/**
 * YAML files that people write, read against a schema, with the place of every mistake.
 *
 * YAML 1.2, core schema, one document, no tags beyond the core ones, no merge keys, bounded aliases. Duplicate keys are
 * found by `yaml-document.ts` and not by the library: its check compares every pair of keys (8 s for 30,000 in one file).
 */
import { LineCounter } from 'yaml';
import type { z } from 'zod';
import { limits } from '#shared/limits.ts';
import type { FilePosition } from '#shared/run.ts';
import { parseText, readValues } from './document.ts';
import { type Mistake, mistakesOf } from './mistakes.ts';

export type YamlProblem = FilePosition & { message: string };
export type YamlAnswer<Value> = { ok: Value } | { problems: [YamlProblem, ...YamlProblem[]] };

/**
 * Reads `source` (text, or bytes that must be UTF-8; a byte order mark is ignored) as one YAML document and checks it.
 * Never throws: mistakes come back in the order of the file, at most `limits.yamlProblems`, never an empty list. Unknown and
 * duplicate keys point at the key, a missing key at the mapping that lacks it.
 */
export function readYaml<Schema extends z.ZodType>(
  schema: Schema,
  source: string | Uint8Array,
  file: string,
): YamlAnswer<z.output<Schema>> {
  const refuse = (message: string, line: number): YamlAnswer<never> => ({
    problems: [{ file, message, line, column: 1 }],
  });
  const size = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
  if (size > limits.suiteFileBytes)
    return refuse(`the file has ${size} bytes; at most ${limits.suiteFileBytes} are read`, 1);
  const text = typeof source === 'string' ? source.replace(/^\uFEFF/, '') : decode(source);
  if (text === null) return refuse('this line is not valid UTF-8', firstBadLine(source));
  const lines = new LineCounter();
  const parsed = parse(schema, text, lines);
  if ('ok' in parsed) return parsed;
  const [first, ...rest] = parsed.mistakes
    .sort((a, b) => a.offset - b.offset)
    .slice(0, limits.yamlProblems)
    .map(mistake => locate(mistake, lines, file));
  return first ? { problems: [first, ...rest] } : refuse('the file cannot be read', 1);
}

/** One line for people and for the commit status: `.paddock.yml:12:5 expected …`. */
export const problemText = ({ file, line, column, message }: YamlProblem): string =>
  `${file}:${line}:${column} ${message}`;

function locate({ message, offset }: Mistake, lines: LineCounter, file: string): YamlProblem {
  const { line, col } = lines.linePos(offset);
  return { file, message, line: Math.max(1, line), column: Math.max(1, col) };
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null; // the only error a fatal decoder knows
  }
}

/** No byte of a longer UTF-8 sequence is a line feed, so lines can be tried one by one. */
function firstBadLine(source: string | Uint8Array): number {
  const bytes = Buffer.from(source);
  for (let line = 1, start = 0; start <= bytes.length; line++) {
    const end = bytes.indexOf(10, start);
    const stop = end === -1 ? bytes.length : end;
    if (decode(bytes.subarray(start, stop)) === null) return line;
    start = stop + 1;
  }
  return 1;
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  lines: LineCounter,
): { ok: z.output<Schema> } | { mistakes: Mistake[] } {
  const parsed = parseText(text, lines);
  if ('mistakes' in parsed) return parsed;
  const { document } = parsed;
  if (document.contents === null) return { mistakes: [{ message: 'the file is empty', offset: 0 }] };
  const { value, targets, mistakes } = readValues(document);
  if (mistakes.length > 0) return { mistakes };
  const checked = schema.safeParse(value);
  if (checked.success) return { ok: checked.data };
  return { mistakes: mistakesOf(checked.error.issues, [], { document, targets, schema }) };
}
