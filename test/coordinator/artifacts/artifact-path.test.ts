import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathProblem } from '#coordinator/artifacts/artifact-path.ts';

describe('the path of an artifact', () => {
  it.each(['a', 'dist/app.tar.gz', '.hidden', 'a b/ü/日本.txt', '..a/b..', 'a'.repeat(1_024)])(
    'may be %j',
    path => {
      expect(pathProblem(path)).toBe(null);
    },
  );

  it.each([
    ['', 'empty'],
    ['/etc/passwd', 'absolute'],
    ['C:/x', 'absolute'],
    ['../x', '".."'],
    ['a/../../x', '".."'],
    ['a/./b', '".."'],
    ['a//b', 'empty segment'],
    ['a/', 'empty segment'],
    ['a\\..\\b', 'backslash'],
    ['a\nb', 'control'],
    ['a\u0000b', 'control'],
    ['a\u007fb', 'control'],
    ['exe.\u202etxt', 'direction'],
    ['a\ud800b', 'Unicode'],
    ['a'.repeat(1_025), 'longer'],
  ])('may not be %j', (path, reason) => {
    expect(pathProblem(path)).toContain(reason);
  });

  it('stays inside any folder it is put in', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '..', '.', '/', '\\', 'C:', '')), parts => {
        const path = parts.join('/');
        if (pathProblem(path) !== null) return;
        expect(new URL(path, 'file:///root/of/job/').pathname.startsWith('/root/of/job/')).toBe(true);
      }),
    );
  });
});
