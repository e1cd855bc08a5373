import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter, harmless, plainLine } from '#coordinator/cli/output/log-text.ts';
import { limits } from '#shared/limits.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const shown = (line: string) => harmless(Buffer.from(line));

test('lines come when they are complete, the rest waits', () => {
  const { push, rest } = createLineSplitter();
  expect(push(Buffer.from('one\ntw')).map(text)).toEqual(['one']);
  expect(text(rest())).toBe('tw');
  expect(push(Buffer.from('o\n\nthree\n')).map(text)).toEqual(['two', '', 'three']);
  expect(text(rest())).toBe('');
});

test('a line without an end comes in pieces, so that memory has a bound', () => {
  const { push, rest } = createLineSplitter();
  const lines = push(new Uint8Array(limits.cliLineBytes * 2 + 5).fill(120));
  expect(lines.map(({ length }) => length)).toEqual([limits.cliLineBytes, limits.cliLineBytes]);
  expect(rest().length).toBe(5);
});

test('however the bytes are cut, the lines are the same', () => {
  const chunks = fc.array(
    fc.uint8Array({ maxLength: 12 }).map(bytes => bytes.map(byte => (byte < 60 ? 10 : byte))),
  );
  fc.assert(
    fc.property(chunks, parts => {
      const { push, rest } = createLineSplitter();
      const lines = [...parts.flatMap(part => push(part)), rest()];
      const joined = Buffer.concat(
        lines.flatMap((line, at) => (at === 0 ? [line] : [Buffer.from('\n'), line])),
      );
      expect(joined.equals(Buffer.concat(parts))).toBe(true);
    }),
  );
});

const esc = '\u001b';
const colours = new RegExp(`${esc}\\[[\\d;:]*m`, 'g');

test.each([
  ['text stays', 'tests/parser.c:88: ☃\tok', 'tests/parser.c:88: ☃\tok'],
  ['colours stay, and end with the line', `${esc}[1;31mred`, `${esc}[1;31mred${esc}[0m`],
  ['the screen is not wiped', `a${esc}[2J${esc}[Hb`, 'ab'],
  ['the window is not renamed', `a${esc}]0;title\u0007b${esc}]2;x${esc}\\c`, 'abc'],
  ['the terminal is not asked', `a${esc}[6n${esc}P+q544e${esc}\\b${esc}Zc`, 'abc'],
  ['nothing is put into the clipboard', `${esc}]52;c;ZXZpbA==\u0007x`, 'x'],
  ['a sequence that is cut off goes', `a${esc}[12`, 'a'],
  ['a lone escape goes', `a${esc}`, 'a'],
  ['eight-bit controls go', 'a\u009b2Jb', 'a2Jb'],
  ['bells and backspaces go', 'a\u0007\u0008b\u0000', 'ab'],
  ['of a line drawn over itself the last state', '10%\r20%\r100%', '100%'],
  ['the ends of lines of Windows are ends of lines', 'done\r', 'done'],
])('on a terminal %s', (_, line, expected) => {
  expect(shown(line)).toBe(expected);
});

test('whatever a log holds, nothing but colours is left of its control characters', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      const left = harmless(bytes).replace(colours, '');
      expect(left).not.toMatch(/(?!\t)\p{Cc}/u);
    }),
  );
});

test('among other text there are no colours either', () => {
  expect(plainLine(Buffer.from(`${esc}[1mbold${esc}[0m`))).toBe('bold');
});
