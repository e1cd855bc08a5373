/** The keys of a file, as a table in Markdown, from the JSON Schema of the file as it is written. */
import type { z } from 'zod';

export type Schema = z.core.JSONSchema.BaseSchema;

type Row = { key: string; value: string; without: string; meaning: string };

/** One row for each key, in the order of the schema. Keys that only a later version will know are left out. */
export function keyTable(schema: Schema): string {
  const rows = rowsInside(schema, '', new Set());
  const lines = rows.map(
    ({ key, value, without, meaning }) => `| \`${key}\` | ${value} | ${without} | ${meaning} |`,
  );
  return ['| key | value | when left out | |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** `seen`: elements of lists that have been shown; the same ones elsewhere in the file are not shown again. */
function rowsInside(schema: Schema, path: string, seen: Set<string>): Row[] {
  const { title, properties = {}, items, additionalProperties: named, anyOf = [] } = schema;
  // What has a title is explained once, in words, or in a table of its own.
  if (title && path !== '') return [];
  const keys = Object.entries(properties).flatMap(([name, part]) => {
    const key = path === '' ? name : `${path}.${name}`;
    return isSchema(part) && !part.not
      ? rowsOf(part, key, schema.required?.includes(name) ?? false, seen)
      : [];
  });
  return [
    ...keys,
    ...(isSchema(items) && isNew(items, seen) ? rowsInside(items, `${path}[]`, seen) : []),
    ...(isSchema(named) ? rowsInside(named, `${path}.<name>`, seen) : []),
    ...anyOf.filter(isSchema).flatMap(branch => rowsInside(branch, path, seen)),
  ];
}

/** A mapping without words of its own is known by its keys. */
function rowsOf(part: Schema, key: string, isRequired: boolean, seen: Set<string>): Row[] {
  const inside = rowsInside(part, key, seen);
  if (part.description === undefined && inside.length > 0) return inside;
  const { meaning, without } = wordsOf(part);
  const row = { key, value: kindOf(part), without: isRequired ? '*required*' : without, meaning };
  return [row, ...inside];
}

/** A description may end with `; default …` where the schema itself cannot say it. */
function wordsOf(part: Schema): { meaning: string; without: string } {
  const [meaning = '', without] = (part.description ?? '').split(/; default:? /);
  return { meaning: meaning.replaceAll('|', '\\|'), without: without ?? defaultOf(part) };
}

const isSchema = (part: unknown): part is Schema => typeof part === 'object' && !Array.isArray(part);

function isNew(part: Schema, seen: Set<string>): boolean {
  const text = JSON.stringify(part);
  const isFirst = !seen.has(text);
  seen.add(text);
  return isFirst;
}

/** What may be written there, in a few words. */
function kindOf(part: Schema): string {
  const { title, type, const: only, enum: choice, anyOf, items, additionalProperties: named, format } = part;
  if (title) return title;
  if (only !== undefined) return code(only);
  if (choice) return choice.map(code).join(', ');
  if (anyOf) return [...new Set(anyOf.filter(isSchema).map(kindOf))].join(' or ');
  if (type === 'array') return `list of ${isSchema(items) ? kindOf(items) : 'anything'}`;
  if (type === 'string') return format === 'uri' ? 'address' : (format ?? 'text');
  if (type === 'object') return isSchema(named) ? `${kindOf(named)} by name` : 'mapping';
  return type === 'integer' ? 'number' : String(type);
}

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

/** Empty lists and mappings are what everybody expects. */
function defaultOf({ default: value }: Schema): string {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  if (value === undefined || isEmpty) return '';
  return Array.isArray(value) ? value.map(code).join(' ') : code(value);
}
