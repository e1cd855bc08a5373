import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = path.resolve(import.meta.dirname, '../../.ci/count.mjs');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'paddock-count-'));
});
afterEach(() => rm(folder, { recursive: true }));

type Part = { code: number; results: string | null };
const results = (passed: number, failed: string[] = [], skipped: object[] = []) =>
  JSON.stringify({ passed, failed, skipped });

async function count(tests: Part, checks: Part): Promise<{ code: number | null; lines: string[] }> {
  const argv: string[] = [];
  for (const [name, { code, results }] of Object.entries({ tests, checks })) {
    const file = path.join(folder, name);
    if (results !== null) await writeFile(file, results);
    argv.push(name, String(code), file);
  }
  const { status, stdout } = spawnSync(process.execPath, [script, ...argv], { encoding: 'utf8' });
  return { code: status, lines: stdout.trim().split('\n') };
}

test('what passed in every part is one number', async () => {
  const answer = await count({ code: 0, results: results(40) }, { code: 0, results: results(5) });
  expect(answer).toEqual({ code: 0, lines: ['45 passed, 0 failed, 0 skipped'] });
});

test('failed tests and failed checks are named and counted', async () => {
  const answer = await count(
    { code: 1, results: results(3, ['a.test.ts: adds']) },
    { code: 1, results: results(4, ['check: types']) },
  );
  expect(answer.code).toBe(1);
  expect(answer.lines).toEqual([
    'failed: a.test.ts: adds',
    'failed: check: types',
    '7 passed, 2 failed, 0 skipped',
  ]);
});

test('skipped tests are listed with what they lacked, and do not fail', async () => {
  const skipped = [{ name: 'vm.test.ts: boots', note: 'needs /dev/kvm' }];
  const answer = await count({ code: 0, results: results(3, [], skipped) }, { code: 0, results: results(5) });
  expect(answer.code).toBe(0);
  expect(answer.lines).toEqual([
    'skipped: vm.test.ts: boots (needs /dev/kvm)',
    '8 passed, 0 failed, 1 skipped',
  ]);
});

test('a test run that left no results is a failure', async () => {
  const answer = await count({ code: 1, results: null }, { code: 0, results: results(5) });
  expect(answer.lines.at(-1)).toBe('5 passed, 1 failed, 0 skipped');
  expect(answer.code).toBe(1);
});

test('half a results file is none', async () => {
  const answer = await count({ code: 139, results: '{"passed": 3' }, { code: 0, results: results(5) });
  expect(answer.lines).toEqual([
    'failed: tests ended with 139 and left no results',
    '5 passed, 1 failed, 0 skipped',
  ]);
});

test('an exit code that no failed test explains is a failure', async () => {
  const answer = await count({ code: 1, results: results(3) }, { code: 0, results: results(5) });
  expect(answer.lines.at(-1)).toBe('8 passed, 1 failed, 0 skipped');
});

test('results do not make up for a run that says it went well but left none', async () => {
  const answer = await count({ code: 0, results: null }, { code: 0, results: results(5) });
  expect(answer.code).toBe(1);
});
