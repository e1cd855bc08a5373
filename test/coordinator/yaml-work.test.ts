/** How much a file of a stranger makes its reader do, counted and not timed: the thread that reads it does everything else too. */
import { afterEach, expect, test, vi } from 'vitest';
import { Alias, Parser } from 'yaml';
import { readSuiteFile } from '#coordinator/source/read-suite-file.ts';
import { limits } from '#shared/limits.ts';

const signs = vi.spyOn(Parser.prototype, 'next');
const searches = vi.spyOn(Alias.prototype, 'resolve');

afterEach(() => {
  signs.mockClear();
  searches.mockClear();
});

const filled = (head: string, unit: string, tail = ''): string =>
  head + unit.repeat((limits.suiteFileBytes - head.length - tail.length) / unit.length) + tail;

const read = (text: string) => {
  const answer = readSuiteFile(Buffer.from(text));
  return 'ok' in answer ? [] : answer.problems.map(({ message }) => message);
};

test.each([
  ['one anchor and nothing but aliases of it', filled('a: &a b\nl: [', '*a,', ']')],
  ['nothing but aliases of nothing', filled('l: [', '*a,', ']')],
  ['anchors and aliases in turn', filled('l: [', '&a b,*a ,', ']')],
  ['merge keys', filled('a: &a {x: 1}\nl: [', '{<<: *a},', ']')],
  ['brackets that never end', filled('', '[')],
  ['brackets that never began', filled('', '}')],
  ['lists in lists', filled('', '- ')],
  ['keys of keys', filled('', '? ')],
  ['comments', filled('', '#\n')],
  ['keys that there are not', filled('version: 1\nsuites: {a: {steps: [a], ', 'k: 1, ', '}}')],
])('%s: no more signs are looked at than are read, and no alias is searched for', (_, text) => {
  expect(read(text)).toEqual([
    `the file has more than ${limits.yamlSigns} signs of structure; split it, or move scripts into files`,
  ]);
  expect(signs.mock.calls.length).toBe(limits.yamlSigns);
  expect(searches).not.toHaveBeenCalled();
});

test('a long script has few signs', () => {
  const script = '      echo "[a, b] {c: d} *e &f"; x=(1 2 3)\n'.repeat(1_000);
  expect(read(`version: 1\nsuites:\n  unit:\n    steps:\n    - |\n${script}`)).toEqual([]);
  expect(signs.mock.calls.length).toBeLessThan(100);
});

test('aliases repeat what they name as it is, and are counted with all that is in it', () => {
  const many = (count: number) =>
    `version: 1\nsuites:\n  one: &one { steps: [${'x, '.repeat(90)}] }\n${Array.from({ length: count }, (_, n) => `  s${n}: *one\n`).join('')}`;
  expect(read(many(20))).toEqual([]);
  expect(read(many(400))[0]).toBe('aliases (`*name`) repeat too much of this file');
  expect(searches).not.toHaveBeenCalled();
});

test('an alias inside what it repeats is refused, and so is nesting beyond the bound', () => {
  expect(read('version: 1\nsuites: &a { b: *a }\n')).toEqual(['`*a` stands inside what it repeats']);
  const nested = (depth: number) => `a: ${'['.repeat(depth)}${']'.repeat(depth)}`;
  expect(read(nested(limits.yamlDepth - 1))).not.toContain('this is nested too deeply');
  expect(read(nested(limits.yamlDepth + 1))).toEqual(['this is nested too deeply']);
});

test('of thousands of mistakes in one word some are told, and stacks of errors are as long as before', () => {
  const before = Error.stackTraceLimit;
  expect(read(`a: "${'\\x'.repeat(1_000)}"`)).toHaveLength(limits.yamlProblems);
  expect(Error.stackTraceLimit).toBe(before);
});
