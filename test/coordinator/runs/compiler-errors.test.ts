import { describe, expect, test } from 'vitest';
import { insideCheckout, withoutCheckout } from '#coordinator/runs/compiler-errors/checkout-path.ts';
import { readErrors } from '#coordinator/runs/compiler-errors/read-errors.ts';
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

const attempt = `attempt_${'0'.repeat(26)}` as AttemptId;
const checkout = `/var/tmp/paddock/attempts/${attempt}/checkout`;

/** As `path:line:column message`. */
const read = (log: string, directory = '.'): string[] =>
  readErrors(log.split('\n'), { attempt, directory }).map(
    ({ path, line, column, message }) => `${path}:${line}:${column ?? '-'} ${message}`,
  );

describe('what tools print', () => {
  test.each<[string, string, string[]]>([
    [
      'gcc',
      [
        'src/parser.c: In function ‘read_size’:',
        'src/parser.c:88:12: error: ‘size’ undeclared (first use in this function)',
        '   88 |     return size;',
        'src/parser.c:91:5: warning: unused variable ‘n’ [-Wunused-variable]',
        'src/parser.c:88:12: note: each undeclared identifier is reported only once',
        'compilation terminated.',
      ].join('\n'),
      ['src/parser.c:88:12 ‘size’ undeclared (first use in this function)'],
    ],
    [
      'clang, with a file that is not there',
      './lib/a.cc:3:10: fatal error: missing.h: No such file or directory',
      ['lib/a.cc:3:10 missing.h: No such file or directory'],
    ],
    [
      'a linker',
      `/usr/bin/ld: main.o: in function 'main':\n${checkout}/main.c:7: undefined reference to 'frob'`,
      ["main.c:7:- undefined reference to 'frob'"],
    ],
    [
      'MSVC and MSBuild',
      `C:\\w\\attempts\\${attempt}\\checkout\\src\\a.cpp(12,5): error C2065: 'x': undeclared identifier\n  3>src\\b.cpp(7): fatal error C1083: Cannot open include file\nsrc\\b.cpp(9): warning C4100: 'n'`,
      ["src/a.cpp:12:5 C2065: 'x': undeclared identifier", 'src/b.cpp:7:- C1083: Cannot open include file'],
    ],
    [
      'C#',
      'Program.cs(4,9): error CS0103: The name ‘x’ does not exist [/w/app.csproj]',
      ['Program.cs:4:9 CS0103: The name ‘x’ does not exist [/w/app.csproj]'],
    ],
    [
      'tsc, plain and pretty',
      "src/a.ts(3,7): error TS2322: Type 'string' is not assignable\nsrc/b.tsx:5:1 - error TS2304: Cannot find name 'x'.",
      ["src/a.ts:3:7 TS2322: Type 'string' is not assignable", "src/b.tsx:5:1 TS2304: Cannot find name 'x'."],
    ],
    [
      'rustc, and not its warnings',
      [
        'warning: unused import: `std::fmt`',
        ' --> src/lib.rs:1:5',
        '  |',
        'error[E0308]: mismatched types',
        '  --> src/parse.rs:41:18',
        '   |',
        'error: aborting due to 1 previous error',
      ].join('\n'),
      ['src/parse.rs:41:18 E0308: mismatched types'],
    ],
    [
      'a panic',
      "thread 'tests::reads' panicked at src/parse.rs:90:9:\nassertion `left == right` failed\n  left: 1",
      ['src/parse.rs:90:9 assertion `left == right` failed'],
    ],
    [
      'go build and vet',
      './main.go:12:5: undefined: frob\nvet: pkg/a.go:3:1: expected declaration\n    a_test.go:12: got 1',
      ['main.go:12:5 undefined: frob', 'pkg/a.go:3:1 expected declaration'],
    ],
    [
      'javac and Maven',
      "src/main/java/App.java:5: error: ';' expected\n[ERROR] " +
        checkout +
        '/src/App.java:[12,34] cannot find symbol',
      ["src/main/java/App.java:5:- ';' expected", 'src/App.java:12:34 cannot find symbol'],
    ],
    [
      'ghc',
      'src/Main.hs:7:3: error: [GHC-88464]\n    Variable not in scope: frob\n  |\nsrc/B.hs:2:1-9: error:\n    • No instance',
      ['src/Main.hs:7:3 Variable not in scope: frob', 'src/B.hs:2:1 No instance'],
    ],
    [
      'make',
      'Makefile:12: *** missing separator.  Stop.\nmake: *** [Makefile:3: all] Error 2',
      ['Makefile:12:- *** missing separator.  Stop.'],
    ],
    [
      'a traceback of Python: the innermost frame of one’s own',
      [
        'Traceback (most recent call last):',
        `  File "${checkout}/tool/run.py", line 9, in <module>`,
        '    main()',
        `  File "${checkout}/tool/parse.py", line 31, in main`,
        '    return json.loads(text)',
        '  File "/usr/lib/python3.12/json/__init__.py", line 346, in loads',
        '    return _default_decoder.decode(s)',
        'json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)',
      ].join('\n'),
      ['tool/parse.py:31:- json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)'],
    ],
    [
      'a mistake of syntax in Python, and one of OCaml',
      '  File "a.py", line 3\n    def (\n        ^\nSyntaxError: invalid syntax\nFile "lib/a.ml", line 5, characters 2-9:\n5 |   frob x\n      ^^^^\nError: Unbound value frob',
      ['a.py:3:- SyntaxError: invalid syntax', 'lib/a.ml:5:- Error: Unbound value frob'],
    ],
    [
      'pytest',
      'E   assert 1 == 2\n\nE   AssertionError: lengths differ\ntests/test_a.py:12: AssertionError',
      ['tests/test_a.py:12:- AssertionError: lengths differ'],
    ],
    [
      'linters of Python and mypy',
      'pkg/a.py:3:80: E501 line too long\npkg/b.py:7: error: Missing return statement  [return]',
      ['pkg/a.py:3:80 E501 line too long', 'pkg/b.py:7:- Missing return statement  [return]'],
    ],
    [
      'CMake and Kotlin',
      `CMake Error at lib/CMakeLists.txt:12 (find_package):\n  By not providing "FindZ.cmake"\n\ne: file://${checkout}/src/A.kt:3:9 Unresolved reference: x`,
      ['lib/CMakeLists.txt:12:- By not providing "FindZ.cmake"', 'src/A.kt:3:9 Unresolved reference: x'],
    ],
    [
      'ESLint',
      `${checkout}/src/a.js\n  12:5   error    'x' is not defined   no-undef\n  13:1   warning  Unexpected console   no-console\n\n✖ 2 problems`,
      ["src/a.js:12:5 'x' is not defined no-undef"],
    ],
    [
      'Biome',
      'src/a.ts:3:5 lint/style/useConst  FIXABLE  ━━━━━━━━━━━━\n\n  × This let declares a variable.\n\n  i other',
      ['src/a.ts:3:5 This let declares a variable.'],
    ],
    [
      'a stack of JavaScript: the first frame of one’s own',
      `AssertionError [ERR_ASSERTION]: Expected values to be equal\n+ actual\n    at Object.<anonymous> (node:internal/x:1:2)\n    at go (${checkout}/node_modules/a/b.js:1:2)\n    at test (file://${checkout}/test/a.test.js:14:10)\n    at next (${checkout}/test/a.test.js:99:1)`,
      ['test/a.test.js:14:10 AssertionError [ERR_ASSERTION]: Expected values to be equal'],
    ],
    [
      'make in a directory',
      `make[1]: Entering directory '${checkout}/lib'\nfrob.c:3:1: error: boom\nmake[1]: Leaving directory '${checkout}/lib'\nfrob.c:3:1: error: boom`,
      ['lib/frob.c:3:1 boom', 'frob.c:3:1 boom'],
    ],
    ['ninja', "ninja: Entering directory `build'\n../src/a.c:3:1: error: boom", ['src/a.c:3:1 boom']],
  ])('%s', (_, log, expected) => {
    expect(read(log)).toEqual(expected);
  });

  test.each([
    ['prose', 'see parser.c:88: error: for more'],
    [
      'addresses',
      'http://example.org:80: error: refused\nlocalhost:8080:1: error: refused\n127.0.0.1:80: error: x',
    ],
    ['times', '12:30:15 error: late\n2026-11-30T12:30:15: error: late'],
    [
      'warnings and notes',
      'a.c:1:2: warning: errors\na.c:1:2: note: error: x\na.ts(1,2): warning TS1: error',
    ],
    ['numbers that no file has', 'a.c:0:0: error: x\na.c:99999999999:1: error: x'],
    [
      'what is somewhere else',
      '/usr/include/a.h:1:2: error: x\n../a.c:1:1: error: x\n~/a.c:1:1: error: x\nC:\\a.c(1): error x',
    ],
    ['a checkout of another attempt', `/x/attempts/attempt_${'1'.repeat(26)}/checkout/a.c:1:1: error: x`],
    ['a directory outside', "make: Entering directory '/usr/src'\na.c:1:1: error: x"],
  ])('%s are not', (_, log) => {
    expect(read(log)).toEqual([]);
  });

  test('a step that ran in a directory says so of all its relative paths', () => {
    expect(read(`a.c:1:1: error: x\n${checkout}/b.c:1:1: error: x\n../c.c:1:1: error: x`, 'lib')).toEqual([
      'lib/a.c:1:1 x',
      'b.c:1:1 x',
      'c.c:1:1 x',
    ]);
  });

  test('the same is told once, and there is a bound', () => {
    expect(read('a.c:1:1: error: x\n'.repeat(9))).toHaveLength(1);
    const many = Array.from({ length: 9_000 }, (_, n) => `a.c:${n + 1}:1: error: x`).join('\n');
    expect(read(many)).toHaveLength(limits.errorsPerLog);
  });
});

describe('a path', () => {
  const inside = insideCheckout(attempt, 'lib');

  test.each([
    ['a.c', 'lib/a.c'],
    ['./a//b/../c.c', 'lib/a/c.c'],
    ['../a.c', 'a.c'],
    ['../../a.c', null],
    ['/etc/passwd', null],
    ['~/a.c', null],
    ['C:/a.c', null],
    ['\\\\server\\a.c', null],
    ['https://example.org/a.c', null],
    [`/x/attempts/${attempt}/checkout/../../../etc/passwd`, null],
    [`C:\\x\\${attempt.toUpperCase()}\\checkout\\src\\a.c`, 'src/a.c'],
    ['a b.c', null],
    ['a\u202eb.c', null],
    ['a\u0000b.c', null],
    ['', 'lib'],
    ['x'.repeat(400), null],
  ])('%j is %j', (file, expected) => {
    expect(inside(file)).toBe(expected);
  });

  test('is shown without the checkout that it lies in', () => {
    expect(withoutCheckout(attempt, `in "${checkout}/a.c" and`)).toBe('in "a.c" and');
    expect(withoutCheckout(attempt, 'in "/usr/a.c"')).toBe('in "/usr/a.c"');
  });
});

describe('hostile lines', () => {
  const size = limits.errorLogBytes;
  test.each([
    ['colons', ':'.repeat(size)],
    ['places without an end', 'a.c:1'.repeat(size / 5)],
    ['brackets', '(1,'.repeat(size / 3)],
    ['open brackets', '('.repeat(size)],
    ['dots', `${'a.'.repeat(size / 2)}:1:1: error: x`],
    ['spaces', `${' '.repeat(size)}error: x`],
    ['slashes', `${'/'.repeat(size)}:1:1: error: x`],
    ['errors', 'error: '.repeat(size / 7)],
    ['frames', '  File "a.py", line 1\n'.repeat(size / 22)],
    ['directories', ": Entering directory '..'\n".repeat(size / 26)],
    ['short lines', 'a:1:1: error:\n'.repeat(size / 14)],
    ['checkouts', `/${attempt}/checkout`.repeat(size / 44)],
  ])('%s are read in no time', (_, text) => {
    const began = performance.now();
    read(text);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
