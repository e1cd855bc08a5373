/** The whole document. It is the same for everybody and on every coordinator of one version: nothing of this one is in it. */
import { type CodedStatus, codeOfStatus } from '#shared/refusals.ts';
import { commonHeaders, commonParameters, introduction, securitySchemes } from './common-parts.ts';
import { components } from './components.ts';
import { type DescribedRoute, describeRoute, pathOf, usesOf } from './describe-route.ts';
import { createSchemaBook } from './json-schema.ts';
import { tags } from './operation.ts';
import { problemUse, refusedResponse } from './refused.ts';
import { describeSockets, socketUses } from './sockets.ts';

export type OpenApiDocument = {
  openapi: string;
  paths: Record<string, Record<string, object>>;
  components: Record<string, Record<string, object>>;
} & Record<string, unknown>;

export function openApiDocument(routes: readonly DescribedRoute[]): OpenApiDocument {
  const book = createSchemaBook(components, [...routes.flatMap(usesOf), ...socketUses, problemUse]);
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    const path = pathOf(route.url);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route, book) };
  }
  const statuses = statusesIn(paths);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Paddock',
      version: '1',
      summary: 'Tests every commit on every operating system.',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The coordinator that this document comes from.' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes,
      parameters: commonParameters,
      headers: commonHeaders,
      responses: Object.fromEntries(statuses.map(refusedResponse)),
      schemas: book.named,
    },
    'x-paddock-websockets': describeSockets(book),
  };
}

/** Of the refusals, those that some operation may answer with. */
function statusesIn(paths: OpenApiDocument['paths']): CodedStatus[] {
  const answered = Object.values(paths)
    .flatMap(item => Object.values(item) as { responses: object }[])
    .flatMap(({ responses }) => Object.keys(responses));
  return (Object.keys(codeOfStatus).map(Number) as CodedStatus[]).filter(status =>
    answered.includes(String(status)),
  );
}
