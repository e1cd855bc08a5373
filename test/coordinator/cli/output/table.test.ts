import { expect, test } from 'vitest';
import { table } from '#coordinator/cli/output/table.ts';

const columns = [{}, { gives: true }, { align: 'right' }] as const;

test('columns stand under each other', () => {
  const rows = [
    ['a', 'one', '1'],
    ['bb', 'three', '100'],
  ];
  expect(table(rows, columns, 80)).toEqual(['a   one      1', 'bb  three  100']);
});

test('only a column that gives is cut, and the widest first', () => {
  expect(table([['name', 'a rather long sentence', '0:42']], columns, 24)).toEqual([
    'name  a rather lo…  0:42',
  ]);
  const two = table([['a'.repeat(20), 'b'.repeat(10)]], [{ gives: true }, { gives: true }], 24);
  expect(two).toEqual([`${'a'.repeat(11)}…  ${'b'.repeat(10)}`]);
});

test('a line that cannot be made to fit stays whole', () => {
  expect(table([['x'.repeat(50)]], [{}], 40)).toEqual(['x'.repeat(50)]);
});

test('paint comes after the cut, so that colours do not count', () => {
  const paint = (text: string) => `<${text}>`;
  expect(table([[{ text: 'abcdefghijkl', paint }]], [{ gives: true }], 8)).toEqual(['<abcdefg…>']);
});

test('a cell is one line whatever is in it', () => {
  expect(table([['a\nb\u001b[31m']], [{}], 80)).toEqual(['a b [31m']);
});
