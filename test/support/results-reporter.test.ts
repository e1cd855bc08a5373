import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Results } from './results-reporter.ts';

const root = path.resolve(import.meta.dirname, '../..');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'paddock-results-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs vitest itself over one planted test file, with the reporter of the house. */
async function resultsOf(source: string): Promise<Results> {
  const vitest = path.join(root, 'node_modules/vitest');
  await writeFile(
    path.join(folder, 'a.test.mjs'),
    `import { test } from ${JSON.stringify(vitest)};\n${source}`,
  );
  const config = `import { ResultsReporter } from ${JSON.stringify(path.join(import.meta.dirname, 'results-reporter.ts'))};
    export default { test: { include: ['*.test.mjs'], reporters: [new ResultsReporter('results.json')] } };`;
  await writeFile(path.join(folder, 'vitest.config.mjs'), config);
  spawnSync(process.execPath, [path.join(vitest, 'vitest.mjs'), 'run'], { cwd: folder });
  return JSON.parse(await readFile(path.join(folder, 'results.json'), 'utf8'));
}

test('passed, failed and skipped tests are told apart, with the reason of a skip', async () => {
  const results = await resultsOf(`
    test('adds', () => {});
    test('breaks', () => { throw new Error('broken') });
    test('boots', ({ skip }) => skip('needs /dev/kvm'));
    test.skip('is left out', () => {});`);
  expect(results).toEqual({
    passed: 1,
    failed: ['a.test.mjs: breaks'],
    skipped: [
      { name: 'a.test.mjs: boots', note: 'needs /dev/kvm' },
      { name: 'a.test.mjs: is left out', note: '' },
    ],
  });
});

test('a file that cannot be loaded is a failure', async () => {
  const { failed } = await resultsOf("throw new Error('no such thing');");
  expect(failed).toEqual(['a.test.mjs: no such thing']);
});

test('an error outside of any test is a failure', async () => {
  const { passed, failed } = await resultsOf(`
    test('leaves something behind', () => { Promise.reject(new Error('nobody waits')) });`);
  expect([passed, failed]).toEqual([1, ['outside of any test: nobody waits']]);
});
