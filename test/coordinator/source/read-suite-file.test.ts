import { expect, test } from 'vitest';
import { readSuiteFile } from '#coordinator/source/read-suite-file.ts';
import { problemText } from '#coordinator/yaml/yaml.ts';

test('the bytes of a suite file become a suite file', () => {
  const bytes = Buffer.from('version: 1\nsuites:\n  unit: { steps: [{ run: make check, timeout: 2m }] }\n');
  const suites = { unit: { steps: [{ run: 'make check', timeout: 120_000 }] } };
  expect(readSuiteFile(bytes)).toEqual({ ok: { version: 1, suites } });
});

test('a need that is no suite is told with line and column, and with what was meant', () => {
  const file =
    'version: 1\nsuites:\n  unit: { steps: [a] }\n  e2e:\n    needs: [uint, e2e]\n    steps: [b]\n';
  const answer = readSuiteFile(Buffer.from(file));
  expect('ok' in answer ? [] : answer.problems.map(problemText)).toEqual([
    '.paddock.yml:5:13 there is no suite called uint; did you mean `unit`?',
    '.paddock.yml:5:19 e2e cannot need itself',
  ]);
});

test('its first mistake becomes a line with file, line and column', () => {
  const answer = readSuiteFile(Buffer.from('version: 1\nsuites:\n  unit:\n    step: [make check]\n'));
  const lines = 'ok' in answer ? [] : answer.problems.map(problemText);
  expect(lines).toEqual([
    '.paddock.yml:4:5 `steps` is missing',
    '.paddock.yml:4:5 unknown key `step`; did you mean `steps`?',
  ]);
});
