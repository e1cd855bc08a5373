import { expect, test } from 'vitest';
import { collectReferences, toJsonSchema, valueAt } from './subset.ts';

test('prose and examples go, a field that is called like prose stays', () => {
  const schema = {
    type: 'object',
    title: 'Status',
    description: 'A status.',
    properties: { description: { type: 'string', description: 'A text.', example: 'ok' } },
    required: ['description'],
  };
  expect(toJsonSchema(schema)).toEqual({
    type: 'object',
    properties: { description: { type: 'string' } },
    required: ['description'],
  });
});

test('nullable is said in the words of JSON Schema, also beside an enum', () => {
  expect(toJsonSchema({ type: 'string', nullable: true, enum: ['a'] })).toEqual({
    anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }],
  });
});

test('references are followed to the end, once each, and not out of examples', () => {
  const schemas = {
    one: { properties: { two: { $ref: '#/components/schemas/two' } } },
    two: { properties: { one: { $ref: '#/components/schemas/one' } } },
    three: {},
  };
  const part = { $ref: '#/components/schemas/one', example: { $ref: '#/components/schemas/three' } };
  expect([...collectReferences({ components: { schemas } }, [part])]).toEqual([
    '#/components/schemas/one',
    '#/components/schemas/two',
  ]);
});

test('a call that GitHub has renamed stops the script', () => {
  expect(() => valueAt({ paths: {} }, ['paths', '/repos', 'get'])).toThrow('has no paths > /repos > get');
});
