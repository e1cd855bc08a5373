import fc from 'fast-check';
import { expect, test } from 'vitest';
import { problemText, readYaml } from '#coordinator/yaml/yaml.ts';
import { limits } from '#shared/limits.ts';
import { suiteFile } from '#shared/suite-file.ts';

const read = (source: string | Uint8Array) => readYaml(suiteFile, source, '.paddock.yml');

function problems(source: string | Uint8Array): string[] {
  const answer = read(source);
  return 'ok' in answer ? [] : answer.problems.map(problemText);
}

const good = 'version: 1\nsuites:\n  unit:\n    steps: [make check]\n';

test('a file that fits its schema is read, with a byte order mark or without', () => {
  const expected = { version: 1, suites: { unit: { steps: [{ run: 'make check' }] } } };
  expect(read(good)).toEqual({ ok: expected });
  expect(read(`\uFEFF${good}`)).toEqual({ ok: expected });
  expect(read(Buffer.from(`\uFEFF${good}`))).toEqual({ ok: expected });
});

test('comments, anchors and CRLF line ends are fine', () => {
  const text = `# ours\n${good}  # same\n  lint: { steps: &s [make lint] }\n  more: { steps: *s }\n`;
  const answer = read(text.replaceAll('\n', '\r\n'));
  expect('ok' in answer && Object.keys(answer.ok.suites)).toEqual(['unit', 'lint', 'more']);
});

test.each([
  ['an unknown key', `${good}    tiemout: 5m\n`, '5:5 unknown key `tiemout`; did you mean `timeout`?'],
  [
    'an unknown key of a step',
    `${good}  b:\n    steps:\n      - run: a\n        dir: x\n`,
    '8:9 unknown key `dir`; did you mean `directory`?',
  ],
  [
    'a key of a later version',
    `${good}    services: {}\n`,
    '5:5 `services` does not work in this version of Paddock; remove it',
  ],
  ['a bad value', `${good}    timeout: soon\n`, '5:14 expected a duration such as 90s, 10m or 1h'],
  [
    'a bad value in a step',
    'version: 1\nsuites: { a: { steps: [{ run: x, timeout: 1 }] } }',
    '2:43 expected text, found a number',
  ],
  ['an empty step', 'version: 1\nsuites: { a: { steps: [""] } }', '2:24 a step needs a command'],
  [
    'a step that is neither text nor mapping',
    'version: 1\nsuites: { a: { steps: [3] } }',
    '2:24 expected text or a mapping, found a number',
  ],
  [
    'a step without a command',
    'version: 1\nsuites:\n  a:\n    steps:\n      - name: x\n',
    '5:9 `run` is missing',
  ],
  ['a suite without steps', 'version: 1\nsuites:\n  a: {}\n', '3:6 `steps` is missing'],
  ['an empty suite', 'version: 1\nsuites:\n  a:\n', '3:3 expected a mapping, found nothing'],
  [
    'a bad name',
    'version: 1\nsuites:\n  Unit: { steps: [x] }\n',
    '3:3 expected lower-case letters, digits, ".", "_" or "-" (at most 64)',
  ],
  ['the wrong version', `version: 2\n${good.slice(11)}`, '1:10 expected `version: 1`'],
  ['nothing but a list', '- a\n', '1:1 expected a mapping, found a list'],
  [
    'an environment variable without a value',
    `${good}    env:\n      A:\n`,
    '6:7 expected text or a number or true or false, found nothing',
  ],
  [
    'a name that is needed but missing',
    `${good}on-merge:\n  b: { needs: [unti], steps: [x] }\n`,
    '6:16 there is no suite called unti; did you mean `unit`?',
  ],
  [
    'a mistake inside an anchor',
    'version: 1\nsuites:\n  a: &a\n    steps: 3\n  b: *a\n',
    '4:12 expected a list, found a number',
  ],
])('%s is named with its place', (_, text, expected) => {
  expect(problems(text)[0]).toBe(`.paddock.yml:${expected}`);
});

test.each([
  ['a tab as indentation', 'version: 1\nsuites:\n\tunit:\n', '3:1 Tabs are not allowed as indentation'],
  [
    'a duplicate key',
    `${good}  lint: { steps: [a] }\n  unit: { steps: [b] }\n`,
    '6:3 the key `unit` is here twice',
  ],
  ['a key that only looks different', 'a: 1\n"a": 2\n', '2:1 the key `a` is here twice'],
  ['an alias of nothing', 'version: 1\nsuites: *none\n', '2:9 there is no anchor `&none` before this'],
  ['a tag', 'version: !!js/function 1\n', '1:10 Unresolved tag: tag:yaml.org,2002:js/function'],
  ['a second document', `${good}---\na: 1\n`, '5:1 a second document starts here; only one is read'],
  [
    'a merge key',
    'a: &a { x: 1 }\nversion: 1\nsuites:\n  u:\n    <<: *a\n    steps: [x]\n',
    '1:1 unknown key `a`',
  ],
  ['a mapping as key', '? { a: 1 }\n: 2\n', '1:1 a key must be plain text'],
  ['an empty file', '', '1:1 the file is empty'],
  ['a file of comments', '# nothing\n', '1:1 the file is empty'],
])('%s is refused with its place', (_, text, expected) => {
  expect(problems(text)[0]).toBe(`.paddock.yml:${expected}`);
});

test('all mistakes are listed in the order of the file', () => {
  const text = 'version: 3\nsuites:\n  a: { steps: [x], foo: 1, bar: 2 }\n  b: { steps: 1 }\n';
  expect(problems(text).map(line => line.split(' ')[0])).toEqual([
    '.paddock.yml:1:10',
    '.paddock.yml:3:20',
    '.paddock.yml:3:28',
    '.paddock.yml:4:15',
  ]);
});

test('invalid UTF-8 and UTF-16 are refused by line', () => {
  const latin1 = Buffer.from(`${good}# caf\u00e9\n`, 'latin1');
  expect(problems(latin1)).toEqual(['.paddock.yml:5:1 this line is not valid UTF-8']);
  expect(problems(Buffer.from(`\uFEFF${good}`, 'utf16le'))[0]).toContain('not valid UTF-8');
});

test('a file over the limit is refused unread', () => {
  expect(problems('#'.repeat(limits.suiteFileBytes + 1))[0]).toContain('bytes; at most');
});

test('aliases cannot blow a file up', () => {
  const level = (n: number) =>
    `  l${n}: &l${n} [${Array(9)
      .fill(`*l${n - 1}`)
      .join(', ')}]\n`;
  const bomb = `a:\n  l0: &l0 [x]\n${[1, 2, 3, 4, 5, 6, 7, 8].map(level).join('')}`;
  expect(problems(bomb)[0]).toContain('repeat too much');
});

test.each([
  ['brackets', '['.repeat(limits.suiteFileBytes)],
  ['dashes', '- '.repeat(limits.suiteFileBytes / 2)],
])('nesting without end (%s) is a mistake, not a crash', (_, text) => {
  expect(problems(text).length).toBeGreaterThan(0);
});

test('no bytes make it throw, and every problem has a place inside the file', () => {
  const line = fc.constantFrom(
    'version: 1',
    'suites:',
    '  a:',
    '    steps: [x]',
    '\t',
    '- *a',
    '&a {',
    '? ',
    '"',
    '!t',
    '__proto__: 1',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(line).map(lines => lines.join('\n')),
  );
  fc.assert(
    fc.property(text, source => {
      const answer = read(source);
      if ('ok' in answer) return;
      const count = source.split('\n').length;
      for (const { line, column } of answer.problems) {
        expect(line).toBeLessThanOrEqual(count);
        expect(column).toBeGreaterThan(0);
      }
    }),
  );
});
