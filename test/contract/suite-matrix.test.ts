/** Matrices as they are written: what is refused, with its place, and which combinations there are. */
import { describe, expect, test } from 'vitest';
import { limits } from '#shared/limits.ts';
import { suiteFile } from '#shared/suite-file.ts';
import { combinationsOf, labelOf, suiteNameOf } from '#shared/suite-matrix.ts';

const fileOf = (matrix: object, more: object = {}) => ({
  version: 1,
  suites: { unit: { steps: ['make check'], matrix, ...more } },
});
const problemsOf = (matrix: object, more: object = {}): string[] =>
  (suiteFile.safeParse(fileOf(matrix, more)).error?.issues ?? []).map(
    ({ path, message }) => `${path.slice(2).join('.')}: ${message}`,
  );
function labelsOf(matrix: object): string[] {
  const read = suiteFile.parse(fileOf(matrix)).suites.unit?.matrix;
  if (!read) throw new Error('there is no matrix');
  return combinationsOf(read).map(each => labelOf('unit', each, Object.keys(read.axes)));
}
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

test('every combination has a name, in the order of the lists', () => {
  expect(labelsOf({ CC: ['gcc', 'clang'], LEVEL: [0, 2.5, true] })).toEqual([
    'unit (gcc, 0)',
    'unit (gcc, 2.5)',
    'unit (gcc, true)',
    'unit (clang, 0)',
    'unit (clang, 2.5)',
    'unit (clang, true)',
  ]);
});

test('some are left out by any of their values, and others come behind', () => {
  const matrix = {
    CC: ['gcc', 'clang'],
    STD: [11, 17],
    exclude: [{ CC: 'clang', STD: 11 }],
    include: [{ CC: 'tcc', STD: 99 }],
  };
  expect(labelsOf(matrix)).toEqual([
    'unit (gcc, 11)',
    'unit (gcc, 17)',
    'unit (clang, 17)',
    'unit (tcc, 99)',
  ]);
  expect(labelsOf({ ...matrix, exclude: [{ STD: 11 }] })).toEqual([
    'unit (gcc, 17)',
    'unit (clang, 17)',
    'unit (tcc, 99)',
  ]);
});

test('the suite of a job is known by its name', () => {
  expect([suiteNameOf('unit (gcc, 17)'), suiteNameOf('unit')]).toEqual(['unit', 'unit']);
});

describe('what would be read in two ways, or not at all, is refused with its place:', () => {
  const two = { CC: ['gcc', 'clang'], STD: [11, 17] };
  test.each<[string, object, string[]]>([
    ['no variable', {}, ['matrix: expected 1 to 5 variables']],
    ['no value', { CC: [] }, ['matrix.CC: Too small: expected array to have >=1 items']],
    ['a value alone', { CC: 'gcc' }, ['matrix.CC: Invalid input: expected array, received string']],
    [
      'a name that no variable has',
      { 'c-c': [1] },
      ['matrix.c-c: expected the name of an environment variable, in which steps find the value'],
    ],
    ['a name of ours', { PADDOCK_OS: [1] }, ['matrix.PADDOCK_OS: names that begin with PADDOCK are taken']],
    [
      'the same value twice',
      { CC: ['gcc', 'GCC'] },
      ['matrix.CC: two values are the same; they are not told apart by case'],
    ],
    [
      'a value with a comma',
      { CC: ['a, b'] },
      ['matrix.CC.0: expected at most 60 printable ASCII characters, without brackets and commas'],
    ],
    [
      'a value with a line break',
      { CC: ['a\nb'] },
      ['matrix.CC.0: expected at most 60 printable ASCII characters, without brackets and commas'],
    ],
    [
      'a value that turns the direction of text',
      { CC: ['a\u202Eb'] },
      ['matrix.CC.0: expected at most 60 printable ASCII characters, without brackets and commas'],
    ],
    [
      'leaving out what is not there',
      { ...two, exclude: [{ CC: 'gcc' }, { CC: 'tcc' }] },
      ['matrix.exclude.1: there is no such combination, so nothing is left out'],
    ],
    [
      'leaving everything out',
      { ...two, exclude: [{ CC: 'gcc' }, { CC: 'clang' }] },
      ['matrix.exclude: no combination is left'],
    ],
    [
      'half a combination',
      { ...two, include: [{ CC: 'tcc' }] },
      ['matrix.include.0: expected a value for each of CC, STD, and no more'],
    ],
    [
      'more than a combination',
      { ...two, include: [{ CC: 'tcc', STD: 1, A: 1 }] },
      ['matrix.include.0: expected a value for each of CC, STD, and no more'],
    ],
    [
      'one that is there',
      { ...two, include: [{ CC: 'GCC', STD: 11 }] },
      ['matrix.include: unit (GCC, 11) is there already'],
    ],
    [
      'too many',
      { A: numbers(9), B: numbers(8) },
      ['matrix: 72 combinations, more than the 64 that a suite may have'],
    ],
    [
      'too many variables',
      { A: [1], B: [1], C: [1], D: [1], E: [1], F: [1] },
      ['matrix: expected 1 to 5 variables'],
    ],
  ])('%s', (_, matrix, problems) => {
    expect(problemsOf(matrix)).toEqual(problems);
  });

  test('a variable that the suite sets too', () => {
    expect(problemsOf({ CC: ['gcc'] }, { env: { CC: 'clang' } })).toEqual([
      'matrix.CC: `env` of the suite sets CC too',
    ]);
  });

  test('a name that is longer than a status', () => {
    const long = 'a'.repeat(limits.matrixValueChars);
    expect(problemsOf({ A: [long], B: [long], C: [long] })).toEqual([
      expect.stringMatching(/^matrix: its status would be called unit \(a{34}…, longer than 150 characters$/),
    ]);
  });

  test('more than a file may have', () => {
    const matrix = { A: numbers(8), B: numbers(8) };
    const suites = Object.fromEntries(['a', 'b', 'c', 'd'].map(name => [name, { steps: ['a'], matrix }]));
    expect(suiteFile.safeParse({ version: 1, suites }).error?.issues).toMatchObject([
      { path: ['suites'], message: '256 suites and combinations, more than 200' },
    ]);
  });

  test('one on a job on merge', () => {
    const file = {
      ...fileOf({ CC: ['gcc'] }),
      'on-merge': { dist: { steps: ['a'], matrix: { CC: ['gcc'] } } },
    };
    expect(suiteFile.safeParse(file).success).toBe(false);
  });
});
