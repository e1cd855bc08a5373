/**
 * YAML files that people write, read against a schema, with the place of every mistake.
 *
 * YAML 1.2, core schema, one document, no tags beyond the core ones, no merge keys, bounded aliases. Duplicate keys are
 * found here and not by the library: its check compares every pair of keys (8 s for 30,000 keys in one file).
 */
import {
  type Document,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { z } from 'zod';
import { limits } from '#shared/limits.ts';
import type { FilePosition } from '#shared/run.ts';
import { type Mistake, mistakesOf, startOf } from './yaml-mistakes.ts';

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
  lineCounter: LineCounter,
): { ok: z.output<Schema> } | { mistakes: Mistake[] } {
  const document = parseDocument(text, {
    lineCounter,
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error', // 'silent' would also take a second document silently
  });
  const syntax = [...document.errors, ...document.warnings];
  if (syntax.length > 0)
    return { mistakes: syntax.map(error => ({ message: wordsOf(error), offset: error.pos[0] })) };
  const structure = structureMistakes(document);
  if (structure.length > 0) return { mistakes: structure };
  if (document.contents === null) return { mistakes: [{ message: 'the file is empty', offset: 0 }] };
  const value = toValue(document);
  if ('mistake' in value) return { mistakes: [value.mistake] };
  const checked = schema.safeParse(value.value);
  if (checked.success) return { ok: checked.data };
  return { mistakes: mistakesOf(checked.error.issues, [], { document, schema }) };
}

/** The library's own words, but for the one message that speaks to programmers. */
const wordsOf = ({ code, message }: YAMLError): string =>
  code === 'MULTIPLE_DOCS' ? 'a second document starts here; only one is read' : message;

function toValue(document: Document): { value: unknown } | { mistake: Mistake } {
  try {
    return { value: document.toJS({ maxAliasCount: limits.yamlAliases }) };
  } catch (error) {
    // The library's word for too many aliases (unknown ones were found before); anything else is a bug.
    if (!(error instanceof ReferenceError)) throw error;
    return { mistake: { message: 'aliases (`*name`) repeat too much of this file', offset: 0 } };
  }
}

/** What the parser lets pass: repeated keys, keys that are not plain values, aliases of nothing. */
function structureMistakes(document: Document): Mistake[] {
  const mistakes: Mistake[] = [];
  visit(document, {
    Map: (_, map) => {
      mistakes.push(...keyMistakes(map));
    },
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined)
        mistakes.push({
          message: `there is no anchor \`&${alias.source}\` before this`,
          offset: startOf(alias),
        });
    },
  });
  return mistakes;
}

function keyMistakes(map: YAMLMap): Mistake[] {
  const seen = new Set<string>();
  return map.items.flatMap(({ key }) => {
    if (!isScalar(key)) return [{ message: 'a key must be plain text', offset: startOf(map) }];
    const name = String(key.value);
    if (seen.has(name)) return [{ message: `the key \`${name}\` is here twice`, offset: startOf(key) }];
    seen.add(name);
    return [];
  });
}
