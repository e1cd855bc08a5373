/** `npm run api-lint`: what a linter has against `/api/openapi.json` of a real coordinator. 1 where it has anything. */
import type { OpenApiDocument } from '#coordinator/http/openapi/document.ts';
import { lint } from './api-lint/lint.ts';
import { ask } from './support/people/ask.ts';
import { withPeople } from './support/people/with-people.ts';

await withPeople(async people => {
  const { text } = await ask(people, '/api/openapi.json');
  const { openapi, paths, components } = JSON.parse(text) as OpenApiDocument;
  const operations = Object.values(paths).flatMap(item => Object.keys(item)).length;
  const schemas = Object.keys(components.schemas ?? {}).length;
  console.log(
    `/api/openapi.json: OpenAPI ${openapi}, ${operations} operations, ${schemas} schemas, ${Buffer.byteLength(text)} bytes`,
  );
  const findings = await lint(text);
  for (const { rule, where, message } of findings) console.log(`✕ ${rule} ${where}: ${message}`);
  console.log(
    findings.length === 0
      ? '✓ Nothing found by recommended-strict of Redocly, and by our own rules.'
      : `${findings.length} found.`,
  );
  process.exitCode = findings.length === 0 ? 0 : 1;
});
