import { expect, test } from 'vitest';
import { limits } from '#shared/limits.ts';
import { testsIn } from '#shared/test-report.ts';
import { readText, readTheseReports } from './reading.ts';

const suite = (inside: string): string => `<testsuite name="s">${inside}</testsuite>`;
const failing = (name: string, text = ''): string =>
  `<testcase name="${name}"><failure message="m">${text}</failure></testcase>`;

test('an entity of the document itself is neither resolved nor multiplied', () => {
  const laughs = `<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>`;
  const { failures, notices } = readText(laughs + suite(failing('joke', '&c;&constructor;')));
  expect(failures).toMatchObject([{ name: 'joke', output: '&c;&constructor;' }]);
  expect(notices).toMatchObject([expect.stringContaining('is not quite XML (undefined entity')]);
});

test('an external entity is not fetched, and stands as it was written', () => {
  const { failures } = readText(
    `<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "http://127.0.0.1/">%y;]>${suite(failing('peek', '&x;'))}`,
  );
  expect(failures).toMatchObject([{ name: 'peek', output: '&x;' }]);
});

test('a million cases are counted, and so many known by name as are kept', () => {
  const { counts, tests, notices } = readText(
    suite(Array.from({ length: 1_000_000 }, (_, n) => `<testcase name="${n}"/>`).join('')),
  );
  expect(counts.passed).toBe(1_000_000);
  expect(tests).toHaveLength(limits.testsListed);
  expect(notices).toEqual([
    'of 1,000,000 tests the first 20,000 and those that failed are known by name; all are counted',
  ]);
}, 60_000);

test('a failure behind as many tests as are listed is kept all the same', () => {
  const passes = Array.from({ length: limits.testsListed + 5 }, (_, n) => `<testcase name="${n}"/>`).join('');
  const { failures, tests } = readText(suite(passes + failing('last')));
  expect(failures).toMatchObject([{ name: 'last' }]);
  expect(tests.at(-1)).toMatchObject({ name: 'last', outcome: 'failed' });
});

test('of very many failures the first are kept, and their output as far as it fits', () => {
  const { counts, failures, notices } = readText(
    suite(Array.from({ length: 700 }, (_, n) => failing(`${n}`, 'x'.repeat(9_000))).join('')),
  );
  expect([counts.failed, failures.length]).toEqual([700, limits.testFailures]);
  expect(failures[0]?.output).toHaveLength(limits.testOutputChars);
  expect(failures.at(-1)?.output).toBe(null);
  expect(notices).toEqual([
    'the first 500 failures are kept, 200 more are counted',
    'the failures printed too much: the output of the last ones is not kept',
  ]);
});

test('a name of 10 MB is cut, and its neighbours are read', () => {
  const { tests } = readText(suite(`<testcase name="${'n'.repeat(10_000_000)}"/><testcase name="next"/>`));
  expect(tests.map(({ name }) => name)).toEqual([`${'n'.repeat(limits.testNameChars - 1)}…`, 'next']);
});

test('control characters, NUL and turned directions are not in what is kept', () => {
  const { failures, tests } = readText(
    suite(failing('a\0b\u202ec\u001b[31md\uD800', 'red \u001b[31mtext\u001b[0m\u2066\u0007')),
  );
  expect(tests).toMatchObject([{ name: 'a�bc�[31md�' }]);
  expect(failures[0]?.output).toBe('red �[31mtext�[0m�');
});

test('a file that ends in the middle says so; what stands before counts', () => {
  const { counts, notices } = readText(
    '<testsuites><testsuite name="s"><testcase name="a"/><testcase name="b"><fail',
  );
  expect(counts.passed).toBe(1);
  expect(notices).toEqual(['report.junit ends in the middle of b; what stands before counts']);
});

test.each([
  ['an HTML page', '<html><body><p>nothing</body></html>', /no JUnit report/],
  ['nothing', '', /no JUnit report/],
  [
    'a file of mistakes',
    suite(`<testcase name="a"/>${'&x;'.repeat(5_000)}`),
    /broken in many places.*1 tests/,
  ],
])('%s is a sentence, not an error', (_, text, sentence) => {
  expect(readText(text).notices).toEqual([expect.stringMatching(sentence)]);
});

test('a file that is no TAP is a sentence', () => {
  expect(readText('make: nothing to be done', 'tap').notices).toEqual([
    'report.tap is no TAP: it has neither a plan nor a test point',
  ]);
});

const umlaut = suite('<testcase name="Prüfung"/>');
const declared = `<?xml version="1.0" encoding="ISO-8859-1"?>${umlaut}`;
const lying = `<?xml version="1.0" encoding="UTF-8"?>${umlaut}`;
test.each([
  ['UTF-8 with a mark', Buffer.from(`\ufeff${umlaut}`)],
  ['UTF-16 with a mark', Buffer.from(`\ufeff${umlaut}`, 'utf16le')],
  ['UTF-16 without one', Buffer.from(umlaut, 'utf16le')],
  ['Latin 1, as declared', Buffer.from(declared, 'latin1')],
  ['Latin 1 that says it is UTF-8', Buffer.from(lying, 'latin1')],
  ['UTF-8 that says it is Latin 1', Buffer.from(declared)],
])('%s is read', (_, bytes) => {
  const { tests } = readTheseReports([{ path: 'a.xml', format: 'junit', bytes }]);
  expect(tests).toMatchObject([{ name: 'Prüfung' }]);
});

test('one subtest of very many points is read in parts, and nothing is lost', () => {
  const points = Array.from({ length: 50_000 }, (_, n) => `    ok ${n + 1} - ${n}`).join('\n');
  const { counts, notices } = readText(`# Subtest: all\n${points}\n    1..50000\nok 1 - all\n1..1`, 'tap');
  expect([testsIn(counts), counts.passed]).toEqual([50_000, 50_000]);
  expect(notices).toHaveLength(1);
});

test('several files are one report; the same test in two of them counts where it is', () => {
  const bytes = Buffer.from(suite('<testcase name="a"/>'));
  const both = ['one.xml', 'two.xml'].map(path => ({ path, format: 'junit' as const, bytes }));
  const { counts, tests } = readTheseReports(both);
  expect([counts.passed, tests.length]).toEqual([2, 1]);
});
