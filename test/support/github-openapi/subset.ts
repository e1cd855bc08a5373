/** How a part of an OpenAPI 3.0 document becomes self-contained JSON Schema. Pure; used by `generate.ts`. */

const prose = new Set([
  'description',
  'title',
  'summary',
  'externalDocs',
  'example',
  'examples',
  'deprecated',
]);

export function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(
      `expected an object in the API description, found ${JSON.stringify(value)?.slice(0, 80)}`,
    );
  return Object.fromEntries(Object.entries(value));
}

/** The value at a path of keys; throws when the description has no such place, so that a rename is noticed. */
export function valueAt(document: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => {
    const found = asRecord(value)[key];
    if (found === undefined) throw new Error(`the API description has no ${keys.join(' > ')}`);
    return found;
  }, document);
}

/** What stands directly below `part`, apart from examples, which may hold anything. */
const innerValues = (part: unknown): unknown[] =>
  typeof part !== 'object' || part === null
    ? []
    : Object.entries(part).flatMap(([key, inner]) =>
        key === 'example' || key === 'examples' ? [] : [inner],
      );

/** Every `#/components/…` pointer that `part` needs, directly or through another. */
export function collectReferences(document: unknown, part: unknown): Set<string> {
  const found = new Set<string>();
  const left: unknown[] = [part];
  while (left.length > 0) {
    const inner = innerValues(left.pop());
    left.push(...inner);
    for (const value of inner) {
      const pointer = typeof value === 'object' && value !== null && '$ref' in value ? value.$ref : null;
      if (typeof pointer !== 'string' || found.has(pointer)) continue;
      found.add(pointer);
      left.push(valueAt(document, pointer.split('/').slice(1)));
    }
  }
  return found;
}

/**
 * Without prose and examples, and with OpenAPI's `nullable` said in JSON Schema. Keys below `properties` are names of
 * fields, not keywords: a field called `description` stays.
 */
export function toJsonSchema(value: unknown, keysAreNames = false): unknown {
  if (Array.isArray(value)) return value.map(item => toJsonSchema(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => keysAreNames || !(prose.has(key) || key.startsWith('x-')))
    .map(([key, inner]) => [key, toJsonSchema(inner, key === 'properties' && !keysAreNames)] as const);
  const schema: Record<string, unknown> = Object.fromEntries(entries);
  if (keysAreNames || schema.nullable !== true) return schema;
  const { nullable: _, ...rest } = schema;
  return { anyOf: [rest, { type: 'null' }] };
}
