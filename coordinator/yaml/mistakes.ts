/** From the issues of a schema, which carry paths, to places in the YAML file and words for people. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { z } from 'zod';
import { limits } from '#shared/limits.ts';
import { suggestKey } from './suggestions.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A document, where its aliases lead, and what it was read against. */
type Read = { document: Document; targets: ReadonlyMap<Alias, unknown>; schema: z.ZodType };

/** A mistake before its offset became line and column. */
export type Mistake = { message: string; offset: number };

/**
 * Schema issues as mistakes with offsets: one for each unknown key, the best matching branch of a union. Finding a place
 * costs a walk, so only as many are looked up as will be shown.
 */
export const mistakesOf = (issues: readonly Issue[], parent: Path, file: Read): Mistake[] =>
  issues.slice(0, limits.yamlProblems).flatMap(issue => mistakesOfIssue(issue, parent, file));

function mistakesOfIssue(issue: Issue, parent: Path, file: Read): Mistake[] {
  const { schema } = file;
  const path = [...parent, ...issue.path];
  const place = find(file, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, limits.yamlProblems).map(key => ({
        message: unknownKey(key, suggestKey(schema, path, key)),
        offset: find(file, [...path, key]).key,
      }));
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ message, offset: place.key }));
    case 'invalid_union':
      return unionMistakes(issue, path, file);
    case 'invalid_type':
      return [typeMistake(issue, path, place)];
    default:
      return [{ message: issue.message, offset: place.value }];
  }
}

const unknownKey = (key: string, meant: string | null): string =>
  `unknown key \`${key}\`${meant === null ? '' : `; did you mean \`${meant}\`?`}`;

/** The schema says it better than its kinds do. */
const isOwnWord = ({ message }: Issue): boolean => !message.startsWith('Invalid input');

function typeMistake(issue: z.core.$ZodIssueInvalidType, path: Path, place: Place): Mistake {
  if (isOwnWord(issue)) return { message: issue.message, offset: place.key };
  if (place.kind === null) return { message: `\`${String(path.at(-1))}\` is missing`, offset: place.value };
  return { message: `expected ${kindWords(issue.expected)}, found ${place.kind}`, offset: place.value };
}

/** The branch that accepts the value's type says what is wrong inside it; when none does, all of them are named. */
function unionMistakes(issue: z.core.$ZodIssueInvalidUnion, path: Path, file: Read): Mistake[] {
  const branches: Issue[][] = issue.errors;
  const refusesType = (branch: Issue[]) =>
    branch.some(issue => issue.code === 'invalid_type' && issue.path.length === 0);
  const near = branches.filter(branch => !refusesType(branch)).sort((a, b) => a.length - b.length)[0];
  if (near) return mistakesOf(near, path, file);
  const place = find(file, path);
  if (isOwnWord(issue)) return [{ message: issue.message, offset: place.value }];
  const expected = branches.flat().flatMap(issue => (issue.code === 'invalid_type' ? [issue.expected] : []));
  const wanted = [...new Set(expected.map(kindWords))].join(' or ');
  return [{ message: `expected ${wanted}, found ${place.kind ?? 'nothing'}`, offset: place.value }];
}

const kindWords = (kind: string): string =>
  ({ object: 'a mapping', record: 'a mapping', array: 'a list', string: 'text', number: 'a number' })[kind] ??
  { boolean: 'true or false', null: 'nothing', int: 'a whole number' }[kind] ??
  kind;

/** Where a path is in the file: offsets of its key and value (both of the nearest mapping when it is not there), and what it is. */
type Place = { key: number; value: number; kind: string | null };

function find({ document, targets }: Pick<Read, 'document' | 'targets'>, path: Path): Place {
  let node: unknown = document.contents;
  let place: Place = { key: 0, value: startOf(node) ?? 0, kind: kindOf(node) };
  for (const step of path) {
    const inside = isAlias(node) ? targets.get(node) : node;
    const pair = isMap(inside) ? pairOf(inside, step) : undefined;
    const next = pair ? pair.value : isSeq(inside) ? inside.items[Number(step)] : undefined;
    if (!pair && next === undefined) return { key: place.value, value: place.value, kind: null };
    const key = startOf(pair?.key) ?? startOf(next) ?? place.value;
    const isWritten = !(isScalar(next) && next.value === null && !next.source);
    place = { key, value: isWritten ? (startOf(next) ?? key) : key, kind: kindOf(next) };
    node = next;
  }
  return place;
}

const pairOf = (map: YAMLMap, step: PropertyKey): Pair | undefined =>
  map.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));

function kindOf(node: unknown): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (isAlias(node)) return 'an alias';
  if (!isScalar(node) || node.value === null) return 'nothing';
  return kindWords(typeof node.value);
}

/** The offset of the first character of a node. */
export function startOf(node: Node): number;
export function startOf(node: unknown): number | undefined;
export function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node.range?.[0] ?? 0) : undefined;
}
