import { expect, test } from 'vitest';
import * as z from 'zod';
import { withTables } from '#docs/guides.ts';
import { keyTable } from '#docs/key-table.ts';

const tableOf = (schema: z.ZodType): string[] =>
  keyTable(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
    .split('\n')
    .slice(2);

test('a key has its value, its default and its words', () => {
  const schema = z.strictObject({
    name: z.string().meta({ title: 'name' }).describe('what it is called'),
    colour: z.enum(['red', 'blue']).default('red').describe('red | blue'),
    lids: z.array(z.number().int()).default([1, 2]),
    reach: z.string().optional().describe('how far it goes; default: to the wall'),
  });
  expect(tableOf(schema)).toEqual([
    '| `name` | name | *required* | what it is called |',
    '| `colour` | `red`, `blue` | `red` | red \\| blue |',
    '| `lids` | list of number | `1` `2` |  |',
    '| `reach` | text | to the wall | how far it goes |',
  ]);
});

test('keys inside mappings, lists and alternatives have their whole path', () => {
  const box = z.strictObject({ size: z.number().int() });
  const schema = z.strictObject({
    box,
    boxes: z.array(z.union([z.string(), z.strictObject({ lid: z.boolean() })])).optional(),
    named: z.record(z.string(), z.strictObject({ url: z.url() })).optional(),
    other: z.union([z.literal(false), z.strictObject({ kind: z.literal('round') })]).describe('or none'),
  });
  expect(tableOf(schema)).toEqual([
    '| `box.size` | number | *required* |  |',
    '| `boxes[].lid` | boolean | *required* |  |',
    '| `named.<name>.url` | address | *required* |  |',
    '| `other` | `false` or mapping | *required* | or none |',
    '| `other.kind` | `round` | *required* |  |',
  ]);
});

test('keys of a later version are left out, and so is what has been shown or has a title', () => {
  const steps = z.array(z.strictObject({ run: z.string() }));
  const secret = z.strictObject({ env: z.string() }).meta({ title: 'secret' });
  const schema = z
    .strictObject({ first: steps, second: steps.describe('the same'), later: z.never().optional(), secret })
    .meta({ title: 'a file' });
  expect(tableOf(schema)).toEqual([
    '| `first[].run` | text | *required* |  |',
    '| `second` | list of mapping | *required* | the same |',
    '| `secret` | secret | *required* |  |',
  ]);
});

test('a guide gets the tables it asks for, and nothing else of it changes', () => {
  const schemas = new Map([['x.yaml', z.toJSONSchema(z.strictObject({ key: z.string() }))]]);
  const guide = (file: string, between: string) =>
    `# Guide\n\n<!-- keys of ${file}, written by \`npm run schemas\` -->\n${between}\n<!-- end of keys -->\n\nMore.\n`;
  const written = withTables(guide('x.yaml', ''), schemas);
  expect(written).toContain('\n| `key` | text | *required* |  |\n\n<!-- end of keys -->\n\nMore.\n');
  expect(withTables(written, schemas)).toBe(written);
  expect(() => withTables(guide('y.yaml', ''), schemas)).toThrow('there is no schema of y.yaml');
});
