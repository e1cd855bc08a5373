/** What somebody meant who wrote a key that there is not. Looked up only when a file is wrong. */
import * as z from 'zod';
import { nearest } from '#shared/nearest.ts';

/** The parts of JSON Schema that say which keys a mapping may have. */
type Schema = {
  $ref?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
};

/** The key that may stand at this path and comes nearest; null: none is near. */
export function suggestKey(schema: z.ZodType, path: readonly PropertyKey[], written: string): string | null {
  return nearest(
    written,
    keysOf(path.reduce((schemas, step) => schemas.flatMap(into(step)), branches(rootOf(schema)))),
  );
}

/** A file may have many wrong keys, and the schema is worked out for milliseconds. */
const roots = new WeakMap<z.ZodType, Schema>();

function rootOf(schema: z.ZodType): Schema {
  const known = roots.get(schema);
  if (known) return known;
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Schema;
  roots.set(schema, root);
  return root;
}

const keysOf = (schemas: readonly Schema[]): string[] => [
  ...new Set(schemas.flatMap(({ properties }) => Object.keys(properties ?? {}))),
];

/** The schema itself and every alternative of it. */
function branches(schema: Schema | boolean | undefined): Schema[] {
  if (typeof schema !== 'object') return [];
  const { anyOf = [], oneOf = [], allOf = [] } = schema;
  return [schema, ...[...anyOf, ...oneOf, ...allOf].flatMap(branches)];
}

const into =
  (step: PropertyKey) =>
  ({ properties, additionalProperties, items }: Schema): Schema[] =>
    branches(typeof step === 'number' ? items : (properties?.[String(step)] ?? additionalProperties));
