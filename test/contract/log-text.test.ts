import fc from 'fast-check';
import { expect, test } from 'vitest';
import { patternOf, plainLine } from '#shared/log-text.ts';

const esc = '\x1b';

test.each([
  ['colours', `${esc}[1;31mred${esc}[0m and ${esc}[38;5;10mgreen${esc}[m`, 'red and green'],
  ['true colour with colons', `${esc}[38:2::1:2:3mtext`, 'text'],
  ['a link', `${esc}]8;;https://evil.example${esc}\\here${esc}]8;;${esc}\\`, 'here'],
  ['a title', `${esc}]0;gotcha\x07text`, 'text'],
  ['a string for the device', `a${esc}Pq#0;2;0${esc}\\b`, 'ab'],
  ['C1 controls', 'a\x9b31mb\x9d0;title\x9cc', 'abc'],
  ['a cleared line', `${esc}[2K${esc}[1Gdone`, 'done'],
  ['a progress bar', '10%\r50%\r100%', '100%'],
  ['a progress bar that clears after itself', `50%\r${esc}[K100%\r`, '100%'],
  ['line ends of Windows', 'text\r', 'text'],
  ['a bell, a null and a tab', 'a\x07b\x00c\td', 'abc\td'],
  ['text that turns around', 'user\u202e\u2066// check\u2069\u2066', 'user// check'],
  ['half of a sequence', `text ${esc}[3`, 'text '],
  ['a sequence that another breaks off', `a${esc}[31${esc}[0mb`, 'ab'],
  ['brackets without an escape', '\t[main] [0m]', '\t[main] [0m]'],
  ['nothing', '', ''],
])('what is seen of %s is only its text', (_, line, seen) => {
  expect(plainLine(line)).toBe(seen);
});

test('what is seen has no control characters, whatever was printed, and is seen the same once more', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(`${esc}[`, `${esc}]8;;`, `${esc}\\`, '\x07', '\r', `${esc}P`, '\x9b', '\u202e', 'm', ';'),
  );
  fc.assert(
    fc.property(
      fc.array(part).map(parts => parts.join('').replaceAll('\n', '')),
      line => {
        const seen = plainLine(line);
        expect(seen).not.toMatch(/(?!\t)\p{Cc}/u);
        expect(plainLine(seen)).toBe(seen);
      },
    ),
  );
});

test('a long line of beginnings takes no longer than any other', () => {
  for (const start of [`${esc}[`, `${esc}]`, `${esc}P`, esc, '\r', '\x9b1;']) {
    const started = performance.now();
    plainLine(start.repeat(500_000));
    expect([start, performance.now() - started < 2_000]).toEqual([start, true]);
  }
});

test('text is searched as it stands, and a regular expression as one', () => {
  const pattern = (text: string, isRegex: boolean, isCaseSensitive = false) =>
    patternOf({ text, isRegex, isCaseSensitive });
  expect(pattern('a.c', false).test('A.C')).toBe(true);
  expect(pattern('a.c', false).test('abc')).toBe(false);
  expect(pattern('[x]$ (?', false).test('cost: [X]$ (?')).toBe(true);
  expect(pattern('^a.c$', true).test('ABC')).toBe(true);
  expect(pattern('abc', false, true).test('ABC')).toBe(false);
  expect(() => pattern('(', true)).toThrow(SyntaxError);
});
