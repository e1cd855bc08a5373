/** From zod to the JSON Schema of the document: what has a name is referred to, and never written out twice. */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { Components } from './component.ts';

export type JsonSchema = { [keyword: string]: unknown };

/** `input`: what is sent to us, before defaults; `output`: what is answered. */
export type Direction = 'input' | 'output';

/** A schema, and which way it goes where it is used. */
export type Use = { schema: z.ZodType; direction: Direction };

export type SchemaBook = {
  /** How a schema is written where it is used. */
  write(use: Use): JsonSchema;
  /** Those that are referred to, by name. */
  named: Readonly<Record<string, JsonSchema>>;
  /** What a schema with a name is; null: it has none. */
  textOf(schema: z.ZodType): string | null;
};

const home = '#/components/schemas/';

/** @param uses all that `write` will be asked for. */
export function createSchemaBook(components: Components, uses: readonly Use[]): SchemaBook {
  const names = namesOf(components, uses);
  const written = { input: writeAll(names, 'input'), output: writeAll(names, 'output') };
  const used = usedNames(names, uses, written);
  const split = splitNames(written, used);

  const bodyOf = (name: string, direction: Direction): JsonSchema =>
    mapReferences(bodyIn(written[direction], name), each =>
      direction === 'input' && split.has(each) ? `${each}Input` : each,
    ) as JsonSchema;
  const reference = (name: string, direction: Direction) => ({
    $ref: `${home}${name}${direction === 'input' && split.has(name) ? 'Input' : ''}`,
  });
  const entries = (direction: Direction) =>
    [...used[direction]].map(name => {
      const isSplit = direction === 'input' && split.has(name);
      const body = { ...bodyOf(name, direction), description: components[name]?.text };
      return [isSplit ? `${name}Input` : name, body] as const;
    });

  return {
    write({ schema, direction }) {
      const name = names.get(schema);
      if (name === undefined) throw new Error('this schema was not given beforehand');
      return isNamed(name) ? reference(name, direction) : bodyOf(name, direction);
    },
    named: Object.fromEntries(
      [...entries('input'), ...entries('output')].sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    textOf: schema => components[names.get(schema) ?? '']?.text ?? null,
  };
}

/** Schemas of routes that have no name of their own are numbered. */
function namesOf(components: Components, uses: readonly Use[]): ReadonlyMap<z.ZodType, string> {
  const names = new Map<z.ZodType, string>();
  for (const [name, { schema }] of Object.entries(components)) names.set(schema, name);
  for (const { schema } of uses) if (!names.has(schema)) names.set(schema, `~${names.size}`);
  return names;
}

const isNamed = (name: string): boolean => !name.startsWith('~');

type Written = Record<Direction, Record<string, JsonSchema>>;
type Used = Record<Direction, ReadonlySet<string>>;

function bodyIn(bodies: Record<string, JsonSchema>, name: string): JsonSchema {
  const found = bodies[name];
  if (!found) throw new Error(`there is no schema ${name}`);
  return found;
}

/** Names that are reached from what is used, each way. */
function usedNames(names: ReadonlyMap<z.ZodType, string>, uses: readonly Use[], written: Written): Used {
  const used = { input: new Set<string>(), output: new Set<string>() };
  const reach = (name: string, direction: Direction) => {
    if (used[direction].has(name)) return;
    if (isNamed(name)) used[direction].add(name);
    for (const each of referencesOf(bodyIn(written[direction], name))) reach(each, direction);
  };
  for (const { schema, direction } of uses) reach(names.get(schema) ?? '', direction);
  return used;
}

function writeAll(names: ReadonlyMap<z.ZodType, string>, io: Direction): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: id => home + id,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => plainer(zodSchema, jsonSchema, io),
  });
  return Object.fromEntries(
    Object.entries(schemas as Record<string, JsonSchema>).map(([name, { $schema, $id, id, ...body }]) => [
      name,
      body,
    ]),
  );
}

/** Without what is true of every number, and without what would forbid to add a field later. */
function plainer(zodSchema: z.core.$ZodType, json: JsonSchema, io: Direction): void {
  if (io === 'output' && json.additionalProperties === false) delete json.additionalProperties;
  // Generators stumble over what is made of itself.
  if (zodSchema._zod.def.type === 'lazy') for (const key of Object.keys(json)) delete json[key];
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (patternsOf(zodSchema).some(({ flags }) => flags.includes('i'))) delete json.pattern;
}

/** JSON Schema has none for which capitals do not count. */
const patternsOf = (schema: z.core.$ZodType): RegExp[] =>
  (schema._zod.def.checks ?? []).flatMap(check => {
    const { pattern } = check._zod.def as { pattern?: unknown };
    return pattern instanceof RegExp ? [pattern] : [];
  });

/** Of those that are sent and answered, those that are sent in another form, by a default or the like. */
function splitNames({ input, output }: Written, used: Used): ReadonlySet<string> {
  const both = [...used.input].filter(name => used.output.has(name));
  const split = new Set<string>();
  let before = -1;
  while (split.size !== before) {
    before = split.size;
    for (const name of both) {
      const sent = bodyIn(input, name);
      const isOther = !isDeepStrictEqual(sent, strict(sent, bodyIn(output, name)));
      if (isOther || referencesOf(sent).some(each => split.has(each))) split.add(name);
    }
  }
  return split;
}

/** What only one direction says, that nothing else may be sent, is no difference of what it is. */
function strict(input: JsonSchema, output: JsonSchema): JsonSchema {
  return input.additionalProperties === false && output.additionalProperties === undefined
    ? { ...output, additionalProperties: false }
    : output;
}

function referencesOf(value: JsonSchema): string[] {
  const found: string[] = [];
  mapReferences(value, name => {
    found.push(name);
    return name;
  });
  return found;
}

function mapReferences(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map(each => mapReferences(each, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) =>
      key === '$ref' && typeof each === 'string' && each.startsWith(home)
        ? [key, home + rename(each.slice(home.length))]
        : [key, mapReferences(each, rename)],
    ),
  );
}
