/** What a linter, and a few rules of our own, have against the document of the API. */
import { createConfig, lintFromString } from '@redocly/openapi-core';
import type { OpenApiDocument } from '#coordinator/http/openapi/document.ts';

export type Finding = { rule: string; where: string; message: string };

/** All of Redocly's recommended rules, as errors. */
export async function lint(text: string): Promise<Finding[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const problems = await lintFromString({ source: text, absoluteRef: '/openapi.json', config });
  const theirs = problems.map(({ ruleId, message, location }) => ({
    rule: ruleId,
    where: location[0]?.pointer ?? '',
    message,
  }));
  return [...theirs, ...ownFindings(JSON.parse(text))];
}

type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  responses: Record<string, unknown>;
  parameters?: ({ description?: string } | { $ref: string })[];
  'x-paddock-permission'?: object;
};

const methods = new Set(['get', 'put', 'post', 'delete']);

/** What Redocly does not ask for: one form of summaries, ids of one form, permissions, and no schema written out twice. */
export function ownFindings(document: OpenApiDocument): Finding[] {
  const findings: Finding[] = [];
  const find = (rule: string, where: string, message: string) => findings.push({ rule, where, message });
  for (const [path, item] of Object.entries(document.paths))
    for (const [method, each] of Object.entries(item)) {
      const where = `${method.toUpperCase()} ${path}`;
      const operation = each as Operation;
      if (!methods.has(method)) find('known-method', where, 'is no method of ours');
      if (!/^[a-z][A-Za-z]+$/.test(operation.operationId)) find('operation-id', where, operation.operationId);
      if (!/^[A-Z].*[^.]$/.test(operation.summary))
        find('summary', where, 'begins with a capital and has no full stop');
      if (operation.tags.length !== 1) find('one-tag', where, `${operation.tags.length} tags`);
      if (!operation['x-paddock-permission']) find('permission', where, 'does not say what it needs');
      for (const status of ['401', '429', '500', '503'])
        if (!operation.responses[status]) find('refusals', where, `does not tell of ${status}`);
      for (const parameter of operation.parameters ?? [])
        if (!('$ref' in parameter) && !parameter.description)
          find('parameter', where, 'a parameter without words');
    }
  for (const [text, places] of objectsOf(document))
    if (places.length > 1)
      find('named-once', places.join(', '), `the same object is written out: ${text.slice(0, 80)}`);
  return findings;
}

/** Objects of three fields and more that have no name, by what they are. */
function objectsOf(document: OpenApiDocument): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const visit = (value: unknown, where: string) => {
    if (typeof value !== 'object' || value === null) return;
    const { type, properties } = value as { type?: unknown; properties?: object };
    const isNamed = /^\/components\/schemas\/[^/]+$/.test(where);
    if (type === 'object' && Object.keys(properties ?? {}).length >= 3 && !isNamed) {
      const text = JSON.stringify(properties);
      found.set(text, [...(found.get(text) ?? []), where]);
    }
    for (const [key, each] of Object.entries(value)) visit(each, `${where}/${key}`);
  };
  visit(document.paths, '/paths');
  visit(document.components, '/components');
  return found;
}
