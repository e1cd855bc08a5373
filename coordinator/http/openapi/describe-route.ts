/** One route as an operation of the document: from its schemas, from its guard, and from its line among the operations. */
import type { FastifySchema } from 'fastify';
import * as z from 'zod';
import { permissions } from '#shared/roles.ts';
import { type Needs, roleText } from '../guard.ts';
import type { JsonSchema, SchemaBook, Use } from './json-schema.ts';
import type { Bytes, Operation } from './operation.ts';
import { parameterTexts } from './parameter-texts.ts';
import { refusedReference, refusedStatuses } from './refused.ts';

export type DescribedRoute = {
  method: string;
  url: string;
  needs: Needs;
  schema: FastifySchema;
  operation: Operation;
};

/** `/runs/:id` → `/runs/{id}` */
export const pathOf = (url: string): string => url.replace(/:([a-z0-9]+)/gi, '{$1}');

const isZod = (value: unknown): value is z.ZodType => value instanceof z.ZodType;

export const bodyOf = ({ schema, operation }: DescribedRoute): z.ZodType | null =>
  operation.body ?? (isZod(schema.body) ? schema.body : null);

/** By status: what the route answers with when it does what it was asked for. */
const answersOf = ({ schema }: DescribedRoute): [status: string, schema: z.ZodType][] =>
  Object.entries((schema.response ?? {}) as Record<string, unknown>).flatMap(([status, each]) =>
    isZod(each) ? [[status, each] as [string, z.ZodType]] : [],
  );

/** All schemas of a route, which the book has to know beforehand. */
export const usesOf = (route: DescribedRoute): Use[] => [
  ...[route.schema.params, route.schema.querystring, bodyOf(route)].filter(isZod).map(sent),
  ...answersOf(route).map(([, schema]) => answered(schema)),
];

const sent = (schema: z.ZodType): Use => ({ schema, direction: 'input' });
const answered = (schema: z.ZodType): Use => ({ schema, direction: 'output' });

export function describeRoute(route: DescribedRoute, book: SchemaBook): object {
  const { needs, schema, operation } = route;
  const body = bodyOf(route);
  const parameters = [
    ...parametersOf(route, schema.params, 'path', book),
    ...parametersOf(route, schema.querystring, 'query', book),
    ...headersOf(operation),
  ];
  const taken = {
    hasSubject: route.url.includes(':'),
    hasBody: body !== null || operation.takes !== undefined,
  };
  const refused = refusedStatuses(needs, taken, operation);
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    description: [operation.text, needsText(needs)].filter(Boolean).join('\n\n'),
    security: securityOf(needs),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(taken.hasBody ? { requestBody: requestBodyOf(operation, body, book) } : {}),
    responses: {
      ...Object.fromEntries(doneOf(route, book)),
      ...Object.fromEntries(refused.map(status => [status, refusedReference(status)])),
    },
    'x-paddock-permission': permissionOf(needs),
    ...(operation.cli ? { 'x-paddock-cli': operation.cli } : {}),
  };
}

/** What a reader has to be. Said once, by the guard of the route. */
function needsText(needs: Needs): string {
  if ('everybody' in needs) return `Open to everybody: ${needs.everybody}.`;
  if ('root' in needs)
    return 'Needs the administrator of the coordinator, by its own token or by a one-time link.';
  if ('known' in needs) return 'Needs somebody who is signed in, or a token.';
  return `Needs ${roleText(needs.permission)}, to ${permissions[needs.permission].what}.`;
}

function permissionOf(needs: Needs): object {
  if ('everybody' in needs) return { needs: 'nothing' };
  if ('root' in needs) return { needs: 'root' };
  if ('known' in needs) return { needs: 'known' };
  const { role, of } = permissions[needs.permission];
  return { needs: 'permission', permission: needs.permission, role, of };
}

/** Either of both; the role that is needed stands beside it, as OpenAPI 3.1 has it. */
function securityOf(needs: Needs): object[] {
  const roles = 'permission' in needs ? [permissions[needs.permission].role] : [];
  const known = [{ token: roles }, { session: roles }];
  return 'everybody' in needs ? [{}, ...known] : known;
}

function parametersOf(
  route: DescribedRoute,
  schema: unknown,
  place: 'path' | 'query',
  book: SchemaBook,
): object[] {
  if (!isZod(schema)) return [];
  const { properties = {}, required = [] } = book.write(sent(schema)) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    description: route.operation.parameters?.[name] ?? parameterText(name, route),
    schema: each,
  }));
}

function parameterText(name: string, { method, url, operation }: DescribedRoute): string {
  const text = parameterTexts[`${operation.tag}.${name}`] ?? parameterTexts[name];
  if (text === undefined) throw new Error(`nobody says what ${name} of ${method} ${url} is`);
  return text;
}

const headersOf = ({ gives }: Operation): object[] =>
  isBytes(gives) && gives.isRanged
    ? ['Range', 'IfRange', 'IfNoneMatch'].map(name => ({ $ref: `#/components/parameters/${name}` }))
    : [];

const isBytes = (gives: Operation['gives']): gives is Bytes => gives !== undefined && 'type' in gives;

function requestBodyOf({ takes, example }: Operation, body: z.ZodType | null, book: SchemaBook): object {
  const media = body
    ? { 'application/json': { schema: book.write(sent(body)), ...(example ? { example } : {}) } }
    : { [takes?.type ?? 'application/octet-stream']: { schema: binary } };
  return { ...(takes ? { description: takes.text } : {}), required: true, content: media };
}

const binary = { type: 'string', format: 'binary' };

function doneOf(route: DescribedRoute, book: SchemaBook): [status: string, response: object][] {
  const { gives, summary } = route.operation;
  if (isBytes(gives)) return bytesOf(gives);
  if (gives) return [[String(gives.status), { description: gives.text }]];
  return answersOf(route).map(([status, schema]) => [
    status,
    {
      description: book.textOf(schema) ?? `${summary}.`,
      content: { 'application/json': { schema: book.write(answered(schema)) } },
    },
  ]);
}

function bytesOf({ type, text, isRanged = false }: Bytes): [string, object][] {
  const schema = type === 'application/json' ? { type: 'object' } : binary;
  const content = { [type]: { schema } };
  if (!isRanged) return [['200', { description: text, content }]];
  const header = (name: string) => ({ $ref: `#/components/headers/${name}` });
  const whole = { 'Accept-Ranges': header('AcceptRanges'), ETag: header('ETag') };
  return [
    ['200', { description: text, headers: whole, content }],
    [
      '206',
      {
        description: 'The part that was asked for.',
        headers: { ...whole, 'Content-Range': header('ContentRange') },
        content,
      },
    ],
    ['304', { description: 'It has not changed.', headers: whole }],
  ];
}
