import { expect, test } from 'vitest';
import { millisecondsOf } from '#coordinator/reports/parse/junit-case.ts';
import { placeIn } from '#coordinator/reports/parse/place-in.ts';

test.each([
  ['0.0123', 12],
  ['1,234.5', 1_234_500],
  ['1.234,5', 1_234_500],
  ['0,5', 500],
  ['12,5', 12_500],
  ['1,234', 1_234_000],
  ['0,123', 123],
  ['1,234,567.1', 1_234_567_100],
  ['1.5e-3', 2],
  ['3s', 3_000],
  ['', null],
  ['soon', null],
  ['-1', null],
  [undefined, null],
])('a time of %s is %s ms', (time, ms) => {
  expect(millisecondsOf(time)).toBe(ms);
});

test.each([
  ['tests/parser.c:88: expected 1, got 0', 'tests/parser.c', 88],
  ['  File "tests/test_a.py", line 14, in store', 'tests/test_a.py', 14],
  ['at Object.<anonymous> (./src/a.test.js:12:24)', 'src/a.test.js', 12],
  ['in C:\\w\\Parser.cs:line 31', '/w/Parser.cs', 31],
  ['Parser.cs(31,5): error', 'Parser.cs', 31],
  ['at t/parser.t line 88.', 't/parser.t', 88],
  ['at x (/w/node_modules/y/z.js:1:1)\nat a (b.js:2:1)', 'b.js', 2],
  ['at org.junit.Assert.fail(Assert.java:55)\nat org.acme.T.t(T.java:41)', 'T.java', 41],
])('%s happened at %s:%i', (text, file, line) => {
  expect(placeIn(text)).toEqual({ file, line });
});

test.each(['no place at all', '12:30:45 it broke', 'http://host:80/'])('%s names no place', text => {
  expect(placeIn(text)).toBe(null);
});
