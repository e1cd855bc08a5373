/** The calls in `subset.json`, ready to be looked up and checked. */
import { readFile } from 'node:fs/promises';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

export type Schema = Record<string, unknown>;
export type Parameter = { name: string; in: string; required?: boolean; schema: Schema };
type Content = { 'application/json': { schema: Schema } };
type Described = {
  parameters: (Parameter | { $ref: string })[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
};

export type Subset = {
  paths: Record<string, Record<string, Described>>;
  webhooks: Record<string, Schema>;
  components: { parameters: Record<string, Parameter> };
};

export type Operation = {
  /** Method and path with its braces, as in the description. */
  name: string;
  method: string;
  pattern: RegExp;
  /** The names in braces, in the order of the pattern's groups. */
  pathNames: string[];
  parameters: Parameter[];
  /** Refuses fields that GitHub does not know; null when the call has no body. */
  body: Schema | null;
  answers: Map<number, Schema>;
};

export const readSubset = async (): Promise<Subset> =>
  JSON.parse(await readFile(new URL('subset.json', import.meta.url), 'utf8'));

/** Names in braces match one segment; GitHub lets branches and refs span several. */
const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path.replace(/\{(\w+)\}/g, (_, name) => (name === 'branch' || name === 'ref' ? '(.+)' : '([^/]+)'))}$`,
  );

function resolved(subset: Subset, parameter: Parameter | { $ref: string }): Parameter {
  if (!('$ref' in parameter)) return parameter;
  const found = subset.components.parameters[parameter.$ref.split('/').at(-1) ?? ''];
  if (!found) throw new Error(`the API description has no ${parameter.$ref}`);
  return found;
}

function answersOf({ responses }: Described): Map<number, Schema> {
  return new Map(
    Object.entries(responses).flatMap(([status, { content }]) =>
      content ? [[Number(status), content['application/json'].schema]] : [],
    ),
  );
}

/** Nothing beside what is described. A body that may be left out is one of several; conditions on one that is described stand beside it. */
const exactly = (schema: Schema): Schema =>
  Array.isArray(schema.anyOf) && schema.properties === undefined
    ? { ...schema, anyOf: schema.anyOf.map(exactly) }
    : { ...schema, additionalProperties: false };

/** A path that is spelt out before one with names in braces that it fits too. */
export function operationsOf(subset: Subset): Operation[] {
  const paths = Object.entries(subset.paths).toSorted(([a], [b]) => bracesIn(a) - bracesIn(b));
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      const body = described.requestBody?.content['application/json'].schema;
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        pattern: patternOf(path),
        pathNames: [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1] ?? ''),
        parameters: described.parameters.map(parameter => resolved(subset, parameter)),
        body: body ? exactly(body) : null,
        answers: answersOf(described),
      };
    }),
  );
}

const bracesIn = (path: string): number => path.split('{').length;

const absolute = (schema: Schema): Schema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"github#/components/'));

/**
 * Compiles a schema when it is first met. Parameters travel as text, so theirs are checked with numbers and booleans
 * read from it (`coerceTypes`); bodies are taken as they are.
 */
export function createCompiler(
  { components }: Subset,
  coerceTypes: boolean,
): (schema: Schema) => ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, coerceTypes });
  formats.default(ajv);
  ajv.addSchema({ $id: 'github', components });
  const compiled = new Map<Schema, ValidateFunction>();
  return schema => {
    const validate = compiled.get(schema) ?? ajv.compile(absolute(schema));
    compiled.set(schema, validate);
    return validate;
  };
}
