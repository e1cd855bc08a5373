import { describe, expect, test } from 'vitest';
import { errorLines } from '#coordinator/runs/error-lines.ts';
import { readLog } from '#coordinator/runs/failure-logs.ts';
import type { AttemptId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';

const attempt = `attempt_${'0'.repeat(26)}` as AttemptId;
const noise = (count: number, word = 'compiling part'): string[] =>
  Array.from({ length: count }, (_, n) => `${word} ${n}`);

const shown = (lines: readonly string[], errors: number[] = []): string[] =>
  errorLines(lines, errors).map(({ from, to }) => lines.slice(from, to).join('\n'));

describe('the lines that say why', () => {
  test('are the first error with what stands around it, not what comes of it', () => {
    const lines = [
      ...noise(50),
      'cc -c parser.c',
      'parser.c:88:12: error: size undeclared',
      '   88 |   return size;',
      '      |          ^~~~',
      ...noise(20, 'still compiling'),
      'make: *** [Makefile:6: all] Error 1',
    ];
    const [first, ...others] = shown(lines);
    expect(first?.split('\n').slice(0, 4)).toEqual(['compiling part 49', ...lines.slice(50, 53)]);
    expect(others).toEqual([]);
  });

  test('are of two errors that stand apart both', () => {
    const lines = ['a.c:1:1: error: x', ...noise(40), 'b.c:1:1: error: y', 'after'];
    expect(shown(lines)).toEqual([
      expect.stringMatching(/^a\.c/),
      'compiling part 39\nb.c:1:1: error: y\nafter',
    ]);
  });

  test.each([
    ['a test program', 'not ok 3 - reads sizes'],
    ['Go', '--- FAIL: TestSize (0.00s)'],
    ['a shell', 'sh: 1: frobnicate: not found'],
    ['Python', 'ValueError: no size'],
    ['a sanitizer', '==12==ERROR: AddressSanitizer: heap-buffer-overflow'],
    ['a signal', 'Segmentation fault (core dumped)'],
    ['vitest', ' × reads sizes 3ms'],
    ['make, without a rule', "make: *** No rule to make target 'x', needed by 'all'.  Stop."],
    ['npm', 'npm error 404 Not Found - GET https://registry.example.org/x'],
  ])('are found as %s writes them', (_, line) => {
    expect(shown([...noise(30), line, ...noise(100, 'later')])[0]).toContain(line);
  });

  test('are found by a hint before a build tool gives up', () => {
    const lines = [
      ...noise(30),
      'the size is missing in parser',
      'x',
      'gmake[2]: *** [Makefile:6: all] Error 1',
    ];
    expect(shown(lines)[0]).toContain('the size is missing');
  });

  test('leave out what build tools say of every failure', () => {
    const lines = [
      'a.c:1:1: error: x',
      '*** Error code 1',
      '',
      'bmake: stopped in lib',
      '*** Error code 1',
      'Stop.',
    ];
    expect(shown(lines)).toEqual(['a.c:1:1: error: x']);
    const script = [
      ...noise(3),
      'boom',
      'npm error code 1',
      'npm error path /x',
      'npm error command sh -c test',
    ];
    expect(shown(script)).toEqual([[...noise(3), 'boom'].join('\n')]);
  });

  test('are the end where nothing is known better', () => {
    const lines = [...noise(100), 'the last word', '', ''];
    expect(shown(lines)[0]?.split('\n').at(-1)).toBe('the last word');
    expect(shown(lines)[0]?.split('\n').length).toBeLessThan(15);
  });

  test.each(['0 errors, 0 warnings', 'errors: 0', 'Failed: 0', 'no errors found', 'not ok 4 # TODO later'])(
    'are not "%s"',
    calm => {
      const lines = [calm, ...noise(60), 'boom'];
      expect(shown(lines)[0]).not.toContain(calm);
    },
  );

  test('are none of an empty log, and known errors count whatever they look like', () => {
    expect(shown([])).toEqual([]);
    expect(shown(['', ' '])).toEqual([]);
    expect(shown([...noise(30), 'line of an error', ...noise(30)], [30])[0]).toContain('line of an error');
  });
});

describe('a log that was read', () => {
  test('is shown without colours, what was drawn over, and the checkout; by the numbers of the whole log', () => {
    const text = `\u001b[2K10%\r100%\n\u001b[31m/w/${attempt}/checkout/a.c:3:1: \u001b[1merror:\u001b[0m \u202eboom\u0007\n`;
    const { parts, errors } = readLog(
      { text, firstLine: 1_000 },
      { attempt, directory: '.', hasHung: false },
    );
    expect(parts).toEqual([{ from: 1_000, to: 1_002, text: '100%\na.c:3:1: error: boom' }]);
    expect(errors).toMatchObject([{ path: 'a.c', line: 3, message: 'boom' }]);
  });

  test('of a step that hung is what it said last, whatever went wrong before', () => {
    const text = ['a.c:1:1: error: x', ...noise(40), 'waiting for the server', ''].join('\n');
    const { parts, errors } = readLog({ text, firstLine: 0 }, { attempt, directory: '.', hasHung: true });
    expect(errors).toEqual([]);
    expect(parts.map(({ from, to }) => [from, to])).toEqual([[31, 42]]);
    expect(parts[0]?.text).toMatch(/waiting for the server$/);
  });

  test('has no line that is longer than people read', () => {
    const { parts } = readLog(
      { text: `error: ${'x'.repeat(9_999)}`, firstLine: 0 },
      { attempt, directory: '.', hasHung: false },
    );
    expect(parts[0]?.text.length).toBe(limits.errorShownChars + 1);
  });

  test.each([
    ['one line', 'x'.repeat(limits.errorLogBytes)],
    ['assertions', 'assert '.repeat(limits.errorLogBytes / 7)],
    ['hints', 'not\n'.repeat(limits.errorLogBytes / 4)],
    ['words', `${'w'.repeat(1_900)}\n`.repeat(limits.errorLogBytes / 1_901)],
    ['sequences', '\u001b['.repeat(limits.errorLogBytes / 2)],
  ])('of %s is read in no time', (_, text) => {
    const began = performance.now();
    readLog({ text, firstLine: 0 }, { attempt, directory: '.', hasHung: false });
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
