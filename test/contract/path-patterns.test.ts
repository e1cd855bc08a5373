import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePatterns } from '#shared/path-patterns.ts';

const matches = (written: string[], path: string) => compilePatterns(written)(path);

describe('a pattern', () => {
  test.each<[string, string[], string[]]>([
    ['src/**', ['src/a.c', 'src/a/b/c', 'src/.hidden/a'], ['srcs/a', 'a/src/b', 'Src/a']],
    ['src', ['src', 'src/a', 'src/a/b'], ['src.c', 'a/src']],
    ['src/', ['src/a'], ['srcs']],
    ['*.md', ['README.md', '.md', 'x.md/inside'], ['docs/a.md', 'a.mdx']],
    ['**/*.md', ['README.md', 'docs/a.md', '.github/x/y.md'], ['a.mdx', 'md']],
    ['**', ['a', 'a/b'], []],
    ['a/**/z', ['a/z', 'a/b/z', 'a/b/c/z', 'a/b/z/deeper'], ['a/zz', 'b/a/z']],
    ['?.c', ['a.c', 'é.c', '🚀.c'], ['ab.c', '.c']],
    ['a*b*c', ['abc', 'aXbYc', 'abcbc'], ['acb', 'abcd', 'a/b/c']],
    ['(app)/a+b', ['(app)/a+b'], ['app/aab']],
  ])('%s', (pattern, those, others) => {
    expect(those.filter(path => !matches([pattern], path))).toEqual([]);
    expect(others.filter(path => matches([pattern], path))).toEqual([]);
  });
});

test('what is taken away is taken away, wherever it stands', () => {
  for (const written of [
    ['src/**', '!**/*.md'],
    ['!**/*.md', 'src/**'],
  ]) {
    expect(matches(written, 'src/a.c')).toBe(true);
    expect(matches(written, 'src/a.md')).toBe(false);
    expect(matches(written, 'a.c')).toBe(false);
  }
});

test('where nothing is wanted, everything is but what is taken away', () => {
  expect(matches(['!docs', '!*.md'], 'src/a.c')).toBe(true);
  expect(matches(['!docs', '!*.md'], 'docs/deep/a.c')).toBe(false);
});

/** The same as people would say it, in whatever time that takes. */
function isSo(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === '*') return isSo(rest, path) || (path.length > 0 && isSo(pattern, path.slice(1)));
  return path.length > 0 && (first === '?' || first === path[0]) && isSo(rest, path.slice(1));
}

test('stars stand for anything, in every arrangement', () => {
  const name = fc.array(fc.constantFrom('a', 'b', '*', '?'), { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(name, fc.stringMatching(/^[abc]{1,9}$/), (wanted, found) => {
      fc.pre(!wanted.join('').includes('**'));
      expect(matches([wanted.join('')], found)).toBe(isSo(wanted, [...found]));
    }),
    { numRuns: 2_000 },
  );
});

test('any number of directories, in every arrangement', () => {
  const parts = fc.array(fc.constantFrom('a', 'b', '**'), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      parts,
      fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 }),
      (wanted, found) => {
        const asStars = [...wanted.map(part => (part === '**' ? '*' : part)), '*'];
        expect(matches([wanted.join('/')], found.join('/'))).toBe(isSo(asStars, found));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('patterns that take a regular expression for ever take a moment', () => {
  expect(matches([`${'*a'.repeat(90)}b`], 'a'.repeat(4_000))).toBe(false);
  expect(matches([`${'**/a/'.repeat(35)}b`], 'a/'.repeat(2_000))).toBe(false);
});
