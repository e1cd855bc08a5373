import { expect, test } from 'vitest';
import { lastLine } from '#agent/guest/last-line.ts';
import { createRedaction } from '#agent/guest/logs/redactor.ts';

function told(text: string, from = 0): string | null {
  const bytes = Buffer.from(text);
  const read = (into: Uint8Array, at: number) => bytes.copy(into, 0, at);
  return lastLine({ spool: { read, size: () => bytes.length }, from, redaction: createRedaction([]) });
}

test('a step is quoted with its last line that is not empty, without colours', () => {
  expect(told('one\n\u001b[31mtwo\u001b[0m\n\n')).toBe('two');
  expect(told('')).toBe(null);
});

test.each([
  'make: *** [Makefile:6: check] Error 1',
  "make[2]: *** [Makefile:6: check] Error 1\nmake[2]: Leaving directory '/src'",
  '*** Error code 1\n\nStop.\nmake: stopped in /src',
  'ninja: build stopped: subcommand failed.',
])('where a build tool had the last word, the first complaint is quoted: %j', async epitaph => {
  expect(told(`# FAIL: 0\n3 passed, 0 failed\nring.c:4: FAIL got 0\nok 2\n${epitaph}\n`)).toBe(
    'ring.c:4: FAIL got 0',
  );
  expect(told(`cc ring.c\nring.c:3:5: error: no i\n    3 | i\n${epitaph}\n`)).toBe('ring.c:3:5: error: no i');
});

test('a build tool that says what is wrong, or alone, is quoted itself', () => {
  const noRule = "make: *** No rule to make target 'check'. Stop.";
  expect(told(`an error: of before\n${noRule}\n`)).toBe(noRule);
  expect(told('./test\nmake: *** [Makefile:6: check] Error 1\n')).toBe(
    'make: *** [Makefile:6: check] Error 1',
  );
});

test('a complaint of an earlier step is not quoted', () => {
  const before = 'ring.c:3:5: error: no i\n';
  const epitaph = 'make: *** [Makefile:6: check] Error 1';
  expect(told(`${before}${epitaph}\n`, before.length)).toBe(epitaph);
});
