/** Every field that is written to the log has its one name, and the guide knows it. */
import { parseSync, Visitor } from 'oxc-parser';
import { expect, test } from 'vitest';
import { logFields } from '#shared/log-fields.ts';
import { readTree } from './architecture/tree.ts';

/** Keys of the object literals that are given to `….info({ … }, 'sentence')`. Spread objects are seen by the scenarios. */
function fieldsIn(path: string, text: string): string[] {
  const found: string[] = [];
  new Visitor({
    CallExpression({ callee, arguments: given }) {
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
      const [first, second] = given;
      if (!['info', 'warn', 'error'].includes(callee.property.name)) return;
      if (first?.type !== 'ObjectExpression' || second === undefined) return;
      for (const property of first.properties)
        if (property.type === 'Property' && property.key.type === 'Identifier') found.push(property.key.name);
    },
  }).visit(parseSync(path, text).program);
  return found;
}

test('every field of a log line is in the catalogue', async () => {
  const files = (await readTree()).filter(({ path }) => /^coordinator\/(?!web\/|cli\/|demo\/)/.test(path));
  const fields = files.flatMap(({ path, text }) => fieldsIn(path, text).map(field => [path, field] as const));
  expect(fields.length).toBeGreaterThan(60);
  expect(fields.filter(([, field]) => !Object.hasOwn(logFields, field))).toEqual([]);
});

test('a planted field is found', () => {
  expect(fieldsIn('a.ts', "log.warn({ jobId: job.id, err: error }, 'it failed')")).toEqual(['jobId', 'err']);
});
